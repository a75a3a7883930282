//! Response rate limiting: how many answers a client network gets over UDP, whose senders may be forged.
//!
//! A token bucket for each network, kept as the moment at which it is full again (the generic cell rate algorithm,
//! ITU-T I.371): one number, moved by one compare-and-swap. Buckets lie in a table of fixed size under a hash whose key
//! is drawn at random, so that nobody can choose to share a bucket with a victim; networks that share one by chance
//! share its tokens. There is no official reference for the method; BIND, Knot and NSD agree on its parts.

mod outline;

use std::fmt;
use std::hash::Hasher;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use siphasher::sip::SipHasher13;

pub(crate) use outline::Outline;

use crate::answer::Outcome;

/// How many answers, and what becomes of those beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Answers a network gets in a second, and at once after a pause; 1 to 1,000,000.
    pub responses_per_second: u32,
    /// One in so many limited answers goes out truncated, so that a client that is real comes back over TCP; 0 for
    /// none, 1 for all, 15 at most.
    pub slip: u8,
    /// Length of an IPv4 client network, bits.
    pub ipv4_prefix: u8,
    /// Length of an IPv6 client network, bits.
    pub ipv6_prefix: u8,
    /// Buckets; each takes eight octets.
    pub table_size: usize,
}

impl Default for RateLimit {
    /// 200 a second is what NSD suggests, slip 2 what BIND, Knot and NSD have, 524,288 buckets what Knot has.
    fn default() -> RateLimit {
        RateLimit {
            responses_per_second: 200,
            slip: 2,
            ipv4_prefix: 24,
            ipv6_prefix: 56,
            table_size: 524_288,
        }
    }
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes out.
    Pass,
    /// It goes out truncated.
    Slip,
    /// It does not go out.
    Drop,
}

/// The limit with its buckets.
pub struct Limiter {
    limit: RateLimit,
    /// Time that one answer takes a bucket to make up for, in units of 1/256 microsecond.
    interval: u64,
    keys: (u64, u64),
    buckets: Box<[AtomicU64]>,
}

/// A microsecond in units of a bucket's time. The 60 bits of it reach to the year 2112.
const MICROSECOND: u64 = 256;
/// What a bucket holds at most, as time.
const SECOND: u64 = 1_000_000 * MICROSECOND;
/// Bits of a bucket that count limited answers, for the slip.
const SLIP_BITS: u32 = 4;
/// The highest slip that fits into them.
pub const MAX_SLIP: u8 = (1 << SLIP_BITS) - 1;

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limiter({:?})", self.limit)
    }
}

impl Limiter {
    /// All buckets full. Values out of range are taken as the nearest within.
    pub fn new(limit: RateLimit) -> Limiter {
        let rate = u64::from(limit.responses_per_second.clamp(1, 1_000_000));
        Limiter {
            limit: RateLimit { slip: limit.slip.min(MAX_SLIP), ..limit },
            interval: SECOND.div_ceil(rate),
            keys: rand::random(),
            // Zeroed pages come from the system when they are first written to.
            buckets: bytemuck::zeroed_slice_box(limit.table_size.max(1)),
        }
    }

    /// The limit it keeps.
    pub fn limit(&self) -> RateLimit {
        self.limit
    }

    /// Decides about one answer to `client` at `at`, microseconds since 1970 UTC, and takes a token if it passes.
    pub fn judge(&self, client: IpAddr, at: i64) -> Verdict {
        let now = at.max(0) as u64 * MICROSECOND;
        let bucket = &self.buckets[self.place(client)];
        let mut seen = bucket.load(Relaxed);
        loop {
            let (verdict, after) = self.step(seen, now);
            // Nothing else is read by what a bucket says, so that the order among buckets does not matter.
            match bucket.compare_exchange_weak(seen, after, Relaxed, Relaxed) {
                Ok(_) => return verdict,
                Err(other) => seen = other,
            }
        }
    }

    fn step(&self, bucket: u64, now: u64) -> (Verdict, u64) {
        let (mut full_at, limited) = (bucket >> SLIP_BITS, bucket & u64::from(MAX_SLIP));
        // A bucket is never more than a second from full, unless the clock was set back: then it is empty now, and
        // not for as long as the clock needs to catch up. Workers read the clock less than a second apart.
        if full_at > now + 2 * SECOND {
            full_at = now + SECOND;
        }
        let after = full_at.max(now) + self.interval;
        if after <= now + SECOND {
            return (Verdict::Pass, (after << SLIP_BITS) | limited);
        }
        let every = u64::from(self.limit.slip);
        let (verdict, limited) = match limited + 1 {
            _ if every == 0 => (Verdict::Drop, 0),
            count if count >= every => (Verdict::Slip, 0),
            count => (Verdict::Drop, count),
        };
        (verdict, (full_at << SLIP_BITS) | limited)
    }

    /// Which bucket a client's network has.
    fn place(&self, client: IpAddr) -> usize {
        let mut hasher = SipHasher13::new_with_keys(self.keys.0, self.keys.1);
        match client.to_canonical() {
            IpAddr::V4(ip) => {
                let host = 32 - u32::from(self.limit.ipv4_prefix.min(32));
                hasher.write_u32(ip.to_bits().checked_shr(host).unwrap_or(0));
            }
            IpAddr::V6(ip) => {
                let host = 128 - u32::from(self.limit.ipv6_prefix.min(128));
                hasher.write_u128(ip.to_bits().checked_shr(host).unwrap_or(0));
            }
        }
        // The upper bits of the product are spread as evenly as the hash, for any size of the table.
        ((u128::from(hasher.finish()) * self.buckets.len() as u128) >> 64) as usize
    }
}

/// What one worker did to answers beyond the limit.
#[derive(Debug, Default)]
pub struct Limited {
    /// Not sent.
    pub dropped: AtomicU64,
    /// Sent truncated.
    pub slipped: AtomicU64,
}

impl Limited {
    /// Counts what became of one.
    pub fn add(&self, outcome: Outcome) {
        let count = if outcome == Outcome::Replied { &self.slipped } else { &self.dropped };
        count.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_795_161_600_000_000;

    fn limiter(rate: u32, slip: u8) -> Limiter {
        Limiter::new(RateLimit { responses_per_second: rate, slip, ..RateLimit::default() })
    }

    fn count(limiter: &Limiter, client: &str, at: i64, queries: usize) -> [usize; 3] {
        let mut counts = [0; 3];
        (0..queries).for_each(|_| counts[limiter.judge(client.parse().unwrap(), at) as usize] += 1);
        counts
    }

    #[test]
    fn a_second_s_worth_passes_at_once_and_then_the_rate() {
        let limiter = limiter(200, 2);
        assert_eq!(count(&limiter, "192.0.2.1", NOW, 300), [200, 50, 50]);
        assert_eq!(count(&limiter, "192.0.2.255", NOW + 100_000, 100), [20, 40, 40], "of the same /24");
        assert_eq!(count(&limiter, "::ffff:192.0.2.7", NOW + 100_000, 1)[0], 0, "mapped or not");
        assert_eq!(count(&limiter, "192.0.2.1", NOW + 10_000_000, 300)[0], 200, "no more after a long pause");
    }

    #[test]
    fn every_slipth_limited_answer_is_truncated() {
        for (slip, expected) in [(0, [1, 0, 60]), (1, [1, 60, 0]), (2, [1, 30, 30]), (3, [1, 20, 40])] {
            assert_eq!(count(&limiter(1, slip), "192.0.2.1", NOW, 61), expected, "slip {slip}");
        }
    }

    #[test]
    fn networks_are_as_long_as_they_are_set() {
        let limiter = limiter(1, 0);
        let passes = |client| count(&limiter, client, NOW, 1)[0] == 1;
        assert!(passes("2001:db8:0:100::1") && !passes("2001:db8:0:1ff::2") && passes("2001:db8:0:200::1"));
        let whole =
            Limiter::new(RateLimit { responses_per_second: 1, ipv4_prefix: 0, ..RateLimit::default() });
        assert_eq!(count(&whole, "192.0.2.1", NOW, 1)[0] + count(&whole, "10.0.0.1", NOW, 1)[0], 1);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let limiter = limiter(10, 0);
        assert_eq!(count(&limiter, "192.0.2.1", NOW, 20)[0], 10);
        let back = NOW - 3_600_000_000;
        assert_eq!(count(&limiter, "192.0.2.1", back, 20)[0], 0, "a step back is no way around the limit");
        assert_eq!(count(&limiter, "192.0.2.1", back + 1_000_000, 20)[0], 10);
    }

    #[test]
    fn workers_together_take_no_token_twice() {
        let limiter = limiter(1000, 2);
        let passed: usize = std::thread::scope(|scope| {
            let worker = || scope.spawn(|| count(&limiter, "192.0.2.1", NOW, 1000)[0]);
            [worker(), worker(), worker()].into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(passed, 1000);
    }

    proptest! {
        /// In any stretch of time t, rate × t + a second's worth; and a network that stays below its rate loses
        /// nothing while another floods.
        #[test]
        fn never_more_than_rate_and_burst_pass(
            rate in 1u32..2000,
            slip in 0u8..4,
            gaps in proptest::collection::vec((0i64..30_000, 1usize..50), 1..80),
        ) {
            let limiter = limiter(rate, slip);
            let size = limiter.buckets.len();
            let (flood, quiet): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
            prop_assume!(limiter.place(flood) != limiter.place(quiet));
            let (mut at, mut next_quiet, mut passed) = (NOW, NOW, Vec::new());
            for (gap, queries) in gaps {
                at += gap;
                let now = (0..queries).filter(|_| limiter.judge(flood, at) == Verdict::Pass).count();
                passed.push((at, now));
                if at >= next_quiet {
                    prop_assert_eq!(limiter.judge(quiet, at), Verdict::Pass);
                    next_quiet = at + 1_000_000 / i64::from(rate) + 1;
                }
            }
            for from in 0..passed.len() {
                let mut sum = 0;
                for (until, count) in &passed[from..] {
                    sum += count;
                    let allowed = f64::from(rate) * (1.0 + (until - passed[from].0) as f64 / 1e6);
                    prop_assert!(sum as f64 <= allowed + 1e-6, "{} of {} passed", sum, allowed);
                }
            }
            prop_assert_eq!(limiter.buckets.len(), size);
        }

        /// Any client lands in the table, whatever its size.
        #[test]
        fn every_network_has_a_bucket(client in any::<u128>(), size in 1usize..5000, v4 in any::<bool>()) {
            let limiter = Limiter::new(RateLimit { table_size: size, ..RateLimit::default() });
            let client: IpAddr = if v4 {
                (client as u32).to_be_bytes().into()
            } else {
                client.to_be_bytes().into()
            };
            prop_assert!(limiter.place(client) < size);
            prop_assert_eq!(limiter.judge(client, NOW), Verdict::Pass);
        }
    }
}
