//! One check of one target: what was seen, without a judgement.

mod counted;
mod failure;
mod http;
mod tcp;

use futures::future::BoxFuture;
use model::config::MonitorKind;

pub use failure::{Failure, MAX_DETAIL};

use crate::target::Target;

/// What a check saw: a short text such as `status 200`, or why it failed.
pub type Seen = Result<String, Failure>;

/// Something that can check a target. The whole check ends within the monitor's timeout.
pub trait Probe: Send + Sync + 'static {
    /// Checks `target` once.
    fn check<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Seen>;
}

/// Checks over real sockets, by the monitor's kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Network;

impl Probe for Network {
    fn check<'a>(&'a self, target: &'a Target) -> BoxFuture<'a, Seen> {
        match target.monitor.kind {
            MonitorKind::Http => Box::pin(http::check(target)),
            MonitorKind::Tcp => Box::pin(tcp::check(target)),
        }
    }
}
