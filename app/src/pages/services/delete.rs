use leptos::prelude::*;
use model::Problems;
use model::config::Service;

use crate::components::{Crumbs, Notice, NoticeKind, PageHead, ProblemSummary, Reason};
use crate::format;
use crate::pages::Carried;

/// Asks before a service is deleted.
pub fn delete(service: &Service, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let name = service.name.to_string();
    let members: usize = service.pools.iter().map(|p| p.members.len()).sum();
    let pools = format::count(service.pools.len() as u64, "pool", "pools");
    let members = format::count(members as u64, "member", "members");
    view! {
        <Crumbs items=vec![("Services".to_owned(), "/services".to_owned()), (name.clone(), format!("/services/{name}"))]/>
        <PageHead title=format!("Delete {name}?")/>
        <ProblemSummary problems=problems.clone()/>
        <Notice kind=NoticeKind::Warn>
            {format!("From the next query on, {name} does not exist: clients get NXDOMAIN. {pools} with {members} are removed. The change can be reverted in the history; the query log stays.")}
        </Notice>
        <form method="post" class="fields">
            <input type="hidden" name="generation" value=carried.generation/>
            <Reason value=carried.reason.clone()/>
            <div class="actions">
                <button class="button bad" type="submit">"Delete the service"</button>
                <a class="button" href=format!("/services/{name}")>"Keep it"</a>
            </div>
        </form>
    }
}
