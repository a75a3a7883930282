//! Events as charts show them.

use api::view::Marker;
use model::occurrence::{Kind, Occurrence};
use store::EventQuery;

use crate::http::rest::events::find;
use crate::site::Site;

/// Marks on one chart at most, the latest: more would hide what is counted.
const MOST: i64 = 60;

/// The kinds that explain a change of what a chart shows. Members are left to charts of one service.
const OF_ALL: [Kind; 11] = [
    Kind::GsUp,
    Kind::GsDown,
    Kind::ConfigChanged,
    Kind::LogLoss,
    Kind::LogLossOver,
    Kind::SplitFail,
    Kind::StorageAway,
    Kind::StorageBack,
    Kind::SiteOperStatus,
    Kind::SiteSuspectsItself,
    Kind::SiteTrustsItself,
];

/// Events of a window: those of the site, and with `service` those of its members as well. None while they cannot be
/// read: a chart is no worse without.
pub async fn markers(site: &Site, service: Option<&str>, from: i64, to: i64) -> Vec<Marker> {
    let all = EventQuery::all(from, to, MOST);
    let mut queries = vec![EventQuery { kinds: OF_ALL.to_vec(), ..all.clone() }];
    if let Some(service) = service {
        queries[0].kinds.retain(|kind| !matches!(kind, Kind::GsUp | Kind::GsDown | Kind::SplitFail));
        queries.push(EventQuery { service: Some(service.to_owned()), ..all });
    }
    let mut found: Vec<Occurrence> = Vec::new();
    for query in &queries {
        found.extend(find(site, query).await.unwrap_or_default());
    }
    found.sort_by_key(|event| (event.at, event.id));
    found.into_iter().map(marker).collect()
}

fn marker(event: Occurrence) -> Marker {
    Marker { at: event.at, good: event.kind.is_good(), title: format!("{} {}", event.kind, event.subject) }
}
