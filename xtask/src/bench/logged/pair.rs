//! A server that stores every query and one that stores none. Both are there all the time and one at a time has to do,
//! first the one and then the other, so that the machine is the same for both.

use std::time::Duration;

use super::latency::{self, Latency};
use super::settle::{self, Totals};
use crate::bench::answer::WARM_UP;
use crate::bench::host::cpu::{self, Processes};
use crate::bench::server::Serving;
use crate::bench::server::steelyard::Steelyard;
use crate::bench::traffic::{self, Counted};

/// How long the trees may stay busy after the last row is stored.
const QUIET: Duration = Duration::from_secs(30);

/// The two of them.
pub struct Pair {
    storing: Steelyard,
    counting: Steelyard,
    totals: Totals,
    /// Whose turn comes first.
    counting_first: bool,
}

/// What a load on one of them said.
#[derive(Debug)]
pub struct Load {
    /// By the asking side.
    pub counted: Counted,
    /// Of answers asked for beside it.
    pub latency: Latency,
    /// CPU time until its last row was stored, microseconds.
    pub cost: Cost,
}

/// CPU time, microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Of Steelyard's own processes.
    pub server: u64,
    /// Of PostgreSQL's.
    pub postgres: u64,
}

impl Load {
    /// Answers that came, those beside the load among them.
    pub fn answers(&self) -> u64 {
        self.counted.completed + self.latency.count()
    }
}

impl Pair {
    /// Warms both.
    pub fn new(storing: Steelyard, counting: Steelyard, counting_first: bool) -> anyhow::Result<Pair> {
        traffic::ask(counting.port(), WARM_UP, counting.folder())?;
        let warm = traffic::ask(storing.port(), WARM_UP, storing.folder())?;
        let totals = settled(&storing, warm.completed)?;
        Ok(Pair { storing, counting, totals, counting_first })
    }

    /// What became of all queries until now.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The same load on both, the storing one's first in the result. Each begins when the one before is stored.
    pub fn each(
        &mut self,
        ask: impl Fn(&Steelyard) -> anyhow::Result<Counted>,
    ) -> anyhow::Result<(Load, Load)> {
        self.counting_first = !self.counting_first;
        if !self.counting_first {
            let counting = load(&self.counting, &ask)?;
            return Ok((self.stored(&ask)?, counting));
        }
        let storing = self.stored(&ask)?;
        Ok((storing, load(&self.counting, &ask)?))
    }

    fn stored(&mut self, ask: impl Fn(&Steelyard) -> anyhow::Result<Counted>) -> anyhow::Result<Load> {
        let postmaster = self.storing.postmaster()?;
        let before = costs(&self.storing, postmaster)?;
        let load = load(&self.storing, ask)?;
        self.totals = settled(&self.storing, self.totals.answered + load.answers())?;
        let after = costs(&self.storing, postmaster)?;
        let cost = Cost {
            server: after.server.saturating_sub(before.server),
            postgres: after.postgres.saturating_sub(before.postgres),
        };
        Ok(Load { cost, ..load })
    }
}

fn load(server: &Steelyard, ask: impl Fn(&Steelyard) -> anyhow::Result<Counted>) -> anyhow::Result<Load> {
    let (counted, latency) = latency::beside(server.port(), || ask(server))?;
    Ok(Load { counted, latency, cost: Cost::default() })
}

/// Everything is stored and accounted for, and the work of it is over.
fn settled(server: &Steelyard, answered: u64) -> anyhow::Result<Totals> {
    let totals = settle::wait(server, answered)?;
    cpu::wait_until_quiet(&[server.pid(), server.postmaster()?], QUIET)?;
    Ok(totals)
}

/// CPU time until now. The postmaster is a child of Steelyard when Steelyard started it, and nobody's when it was
/// adopted: both trees are cut apart by its number.
fn costs(server: &Steelyard, postmaster: u32) -> anyhow::Result<Cost> {
    let now = Processes::read()?;
    Ok(Cost {
        server: now.tree_us(server.pid(), Some(postmaster))?,
        postgres: now.tree_us(postmaster, None)?,
    })
}
