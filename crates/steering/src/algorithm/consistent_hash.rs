//! The same member for the same client network: weighted rendezvous hashing over a fixed number of slots.

use std::net::IpAddr;

use model::config::HashMask;

/// Slots of a table. More spread the members closer to their weights; so many keep one of ten equal members within some
/// per cent of its share, and are 32 KiB.
const SLOTS: usize = 1 << 14;

/// Which member has each slot.
///
/// Every slot goes to the member of the highest score `ln(u) / weight`, where `u` in (0, 1) is a hash of slot and
/// member (Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005). A member that leaves gives up its own
/// slots and no other changes hands; one that comes takes its share from all. Nothing in it is of one process: all
/// sites send a client to the same member.
#[derive(Debug, PartialEq, Eq)]
pub struct Slots(Box<[u16]>);

impl Slots {
    /// The slots of members known by `keys`, by their weights; one of weight 0 has none. At most 65,535 members.
    pub fn new(members: &[(u64, u16)]) -> Slots {
        let weighted: Vec<(u16, u64, f64)> = members
            .iter()
            .take(usize::from(u16::MAX))
            .enumerate()
            .filter(|(_, (_, weight))| *weight > 0)
            .map(|(index, (key, weight))| (index as u16, *key, 1.0 / f64::from(*weight)))
            .collect();
        let owner = |slot: usize| {
            let mut best = (0, f64::NEG_INFINITY);
            for (index, key, scale) in &weighted {
                let score = libm::log(unit(mix(*key ^ mix(slot as u64)))) * scale;
                if score > best.1 {
                    best = (*index, score);
                }
            }
            best.0
        };
        Slots((0..SLOTS).map(owner).collect())
    }

    /// How many slots each of `members` has: their shares of the networks, which are near those of the weights and seldom
    /// equal to them.
    pub fn counts(&self, members: usize) -> Vec<u32> {
        let mut counts = vec![0; members];
        for member in &self.0 {
            if let Some(count) = counts.get_mut(usize::from(*member)) {
                *count += 1;
            }
        }
        counts
    }

    /// The member of a client's hash.
    pub fn pick(&self, hash: u64) -> usize {
        usize::from(self.0[hash as usize % SLOTS])
    }
}

/// The hash of what the mask leaves of a client's network.
pub fn of_network(network: IpAddr, mask: HashMask) -> u64 {
    let bits = match network {
        IpAddr::V4(ip) => u128::from(ip.to_bits()) >> (32 - u32::from(mask.v4.clamp(1, 32))),
        IpAddr::V6(ip) => ip.to_bits() >> (128 - u32::from(mask.v6.clamp(1, 128))),
    };
    mix(mix(bits as u64) ^ (bits >> 64) as u64)
}

/// A member's own hash, the same at every site.
pub fn of_octets(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |hash, octet| mix(hash ^ u64::from(*octet)))
}

/// A number above 0 and below 1 of 53 bits.
fn unit(hash: u64) -> f64 {
    ((hash >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// The output function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub fn mix(counter: u64) -> u64 {
    let z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn members(weights: &[u16]) -> Vec<(u64, u16)> {
        weights.iter().enumerate().map(|(i, weight)| (of_octets(&[10, 0, 0, i as u8]), *weight)).collect()
    }

    #[test]
    fn the_lab_and_ten_equal_members_are_near_their_weights() {
        for weights in [&[6, 3, 1][..], &[1; 10]] {
            let counts = Slots::new(&members(weights)).counts(weights.len());
            let sum: u16 = weights.iter().sum();
            for (count, weight) in counts.iter().zip(weights) {
                let share = SLOTS as f64 * f64::from(*weight) / f64::from(sum);
                assert!((f64::from(*count) / share - 1.0).abs() < 0.08, "{counts:?} of {weights:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn shares_follow_the_weights(weights in prop::collection::vec(0u16..=20, 1..12)) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let sum: f64 = weights.iter().map(|w| f64::from(*w)).sum();
            for (count, weight) in Slots::new(&members(&weights)).counts(weights.len()).iter().zip(&weights) {
                let share = f64::from(*weight) / sum;
                // Each slot is a draw of its own: six deviations of a binomial count.
                let sigma = (SLOTS as f64 * share * (1.0 - share)).sqrt();
                prop_assert!((f64::from(*count) - SLOTS as f64 * share).abs() <= 6.0 * sigma);
            }
        }

        #[test]
        fn a_member_that_leaves_or_comes_moves_no_other(
            weights in prop::collection::vec(1u16..=20, 2..10), leaving in any::<prop::sample::Index>()
        ) {
            let all = members(&weights);
            let gone = leaving.index(all.len());
            let mut rest = all.clone();
            rest[gone].1 = 0;
            let (before, after) = (Slots::new(&all), Slots::new(&rest));
            for (before, after) in before.0.iter().zip(&after.0) {
                prop_assert!(before == after || usize::from(*before) == gone);
                prop_assert!(usize::from(*after) != gone);
            }
        }

        #[test]
        fn clients_of_one_network_have_one_hash(host in any::<u32>(), other in 0u32..256) {
            let ip = |bits: u32| IpAddr::from(std::net::Ipv4Addr::from(bits));
            let mask = HashMask::default();
            prop_assert_eq!(of_network(ip(host), mask), of_network(ip(host ^ other), mask));
            prop_assert!(of_network(ip(host), mask) != of_network(ip(host ^ 256), mask));
        }
    }
}
