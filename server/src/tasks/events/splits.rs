//! Splits that fail, each once for each segment.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use model::rrtype::Family;
use model::split::Verdict;

use crate::events;
use crate::site::Site;

/// Between two rounds; a segment is judged over the answers of the last ten minutes.
const ROUND: Duration = Duration::from_secs(60);
const WINDOW_US: i64 = 600_000_000;
/// Answers in the window below which a service is not looked at.
const LEAST: u64 = 100;
/// Services of one round at most, those with the most answers.
const SERVICES: usize = 200;

/// Judges for ever.
pub async fn watch(site: Arc<Site>) {
    // (service, generation, family): a segment that failed does not become another one by growing.
    let mut told: HashSet<(String, u64, Family)> = HashSet::new();
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        super::until_storage(&site).await;
        let to = site.now();
        let Ok(answers) = site.store.answers_by_service(to - WINDOW_US, to).await else { continue };
        let mut busy: Vec<(String, u64)> = answers.into_iter().filter(|(_, n)| *n >= LEAST).collect();
        busy.sort_by_key(|(_, answers)| std::cmp::Reverse(*answers));
        let mut seen = HashSet::new();
        for (service, _) in busy.into_iter().take(SERVICES) {
            let Ok(report) = site.split(&service, to - WINDOW_US, to).await else { break };
            for segment in report.segments.iter().filter(|segment| segment.verdict == Verdict::Fail) {
                let key = (service.clone(), segment.generation, segment.family);
                if !told.contains(&key) {
                    site.events.note(events::split_failed(&report, segment, to));
                }
                seen.insert(key);
            }
        }
        // What has left the window is told again should it come back.
        told = seen;
    }
}
