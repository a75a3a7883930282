//! One look at a ramp, and what follows from it.

use canary::Action;

use super::{act, find, hook, observe};
use crate::http::problem::Failure;
use crate::site::Site;

/// Looks at a ramp and does what is due.
pub async fn tend(site: &Site, id: i64) -> Result<(), Failure> {
    let asked = {
        let _turn = site.ramps.turn.lock().await;
        let ramp = find(site, id).await?;
        if let Some(moving) = &ramp.moving {
            act::finish(site, &ramp, moving).await?;
            return Ok(());
        }
        let seen = observe::observe(site, &ramp).await?;
        let mut watch = site.ramps.watch(id);
        let action = canary::look(&ramp, &mut watch, &seen, site.now());
        site.ramps.remember(id, watch);
        if action != Action::Ask {
            act::act(site, &ramp, action, "").await?;
            return Ok(());
        }
        (ramp, seen)
    };
    // Nobody waits while the webhook is asked; whatever was done meanwhile, its answer is about what was then.
    let (before, mut seen) = asked;
    let answer = hook::ask(site, &before, &seen).await;
    let _turn = site.ramps.turn.lock().await;
    if find(site, id).await? != before {
        return Ok(());
    }
    seen.hook = Some(answer);
    let mut watch = site.ramps.watch(id);
    let action = canary::look(&before, &mut watch, &seen, site.now());
    site.ramps.remember(id, watch);
    act::act(site, &before, action, "").await?;
    Ok(())
}
