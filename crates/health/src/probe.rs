//! One check of one target: what was seen, without a judgement.

mod counted;
mod dns;
mod failure;
mod grpc;
mod http;
mod icmp;
mod policy;
mod prepared;
mod script;
mod tcp;
mod tls;
mod tools;
mod trace;
mod udp;

use futures::future::BoxFuture;
use model::config::MonitorKind;
use tokio::time::Instant;

pub use failure::{Failure, MAX_DETAIL};
pub use policy::Policy;
pub(crate) use prepared::Prepared;
pub use tools::{SecretResolver, Tools};
pub use trace::{Step, Trace};

use crate::target::Target;

/// What a check saw: a short text such as `status 200`, or why it failed.
pub type Seen = Result<String, Failure>;

/// Something that can check a target. The whole check ends within the monitor's timeout.
pub trait Probe: Send + Sync + 'static {
    /// Checks `target` once and tells `trace` what it does.
    fn check<'a>(&'a self, target: &'a Target, trace: &'a Trace) -> BoxFuture<'a, Seen>;
}

/// Checks over real sockets, by the monitor's kind.
#[derive(Debug, Default)]
pub struct Network(Tools);

impl Network {
    /// Checks with these tools.
    pub fn new(tools: Tools) -> Self {
        Network(tools)
    }
}

/// One check at work.
pub(crate) struct Check<'a> {
    target: &'a Target,
    tools: &'a Tools,
    trace: &'a Trace,
    /// End of the whole check.
    deadline: Instant,
}

impl Probe for Network {
    fn check<'a>(&'a self, target: &'a Target, trace: &'a Trace) -> BoxFuture<'a, Seen> {
        let deadline = Instant::now() + target.timeout();
        let check = Check { target, tools: &self.0, trace, deadline };
        match target.monitor.kind {
            MonitorKind::Http | MonitorKind::Https => Box::pin(http::check(check)),
            MonitorKind::Tcp => Box::pin(tcp::check(check)),
            MonitorKind::Tls => Box::pin(tls::check(check)),
            MonitorKind::Udp => Box::pin(udp::check(check)),
            MonitorKind::Dns => Box::pin(dns::check(check)),
            MonitorKind::Icmp => Box::pin(icmp::check(check)),
            MonitorKind::Grpc => Box::pin(grpc::check(check)),
            MonitorKind::Script => Box::pin(script::check(check)),
        }
    }
}
