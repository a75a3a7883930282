//! How long an answer takes that is asked for beside a full load: one question at a time from a socket of its own.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::bench::server::{lab, probe};

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(1);
/// Longest that one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the answers took, microseconds, in order of length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latency {
    sorted: Vec<f64>,
}

impl Latency {
    /// Of these times, microseconds.
    pub fn of(mut times: Vec<f64>) -> Latency {
        times.sort_by(f64::total_cmp);
        Latency { sorted: times }
    }

    /// How many answers there were.
    pub fn count(&self) -> u64 {
        self.sorted.len() as u64
    }

    /// The time within which this share of them came; 0 when there were none.
    pub fn percentile(&self, share: f64) -> f64 {
        let place = (self.sorted.len() as f64 * share).ceil() as usize;
        self.sorted.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
    }
}

/// Does `work` and measures answers until it is done.
pub fn beside<T>(port: u16, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, Latency)> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let probing = scope.spawn(|| probe_until(port, &done));
        let result = work();
        done.store(true, Ordering::Relaxed);
        let times = probing.join().map_err(|_| anyhow::anyhow!("the probe failed"))??;
        Ok((result?, Latency::of(times)))
    })
}

fn probe_until(port: u16, done: &AtomicBool) -> anyhow::Result<Vec<f64>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", port))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let question = probe::query(lab::NAME);
    let (mut times, mut answer) = (Vec::new(), [0; 512]);
    while !done.load(Ordering::Relaxed) {
        let asked = Instant::now();
        socket.send(&question)?;
        let length = socket.recv(&mut answer).context("a question beside the load was not answered")?;
        times.push(asked.elapsed().as_secs_f64() * 1e6);
        if answer[..length].get(..2) != question.get(..2) {
            bail!("the answer is of another question");
        }
        std::thread::sleep(PAUSE);
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let latency = Latency::of((1..=200).rev().map(f64::from).collect());
        assert_eq!((latency.percentile(0.5), latency.percentile(0.99)), (100.0, 198.0));
        assert_eq!((latency.percentile(1.0), latency.count()), (200.0, 200));
        assert_eq!(Latency::default().percentile(0.99), 0.0);
    }
}
