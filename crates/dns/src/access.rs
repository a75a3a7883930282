//! Access lists: which clients are answered at all.

use std::net::IpAddr;

use ipnet::IpNet;

/// Networks that may ask and networks that may not; the longest prefix that holds the client decides.
///
/// A network on both lists is denied. Who is on no list may ask, unless there is a list of who may. The lists are
/// compiled into the edges of the ranges they make of each address family, so that asking is one binary search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    v4: Ranges,
    v6: Ranges,
}

/// First address of each range and whether it may ask, from address 0 on, in order.
type Ranges = Vec<(u128, bool)>;

/// One network of a list: its first and last address.
struct Net {
    first: u128,
    last: u128,
    length: u8,
    permitted: bool,
}

impl Default for Access {
    /// Everyone may ask.
    fn default() -> Access {
        Access::new(&[], &[])
    }
}

impl Access {
    /// Compiles the lists. Networks of mapped addresses (`::ffff:192.0.2.0/120`) are the IPv4 networks they map.
    pub fn new(allow: &[IpNet], deny: &[IpNet]) -> Access {
        let listed = allow.iter().map(|net| (net, true)).chain(deny.iter().map(|net| (net, false)));
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (net, permitted) in listed {
            let (v4_bits, length) = canonical(net);
            let (first, bits) = (bits_of(net.network()), if v4_bits { 32 } else { 128 });
            // All ones below the prefix; a prefix of nothing leaves all of the family's bits.
            let below = u128::MAX.checked_shr(128 - bits + u32::from(length)).unwrap_or(0);
            let net = Net { first, last: first | below, length, permitted };
            if v4_bits { v4.push(net) } else { v6.push(net) }
        }
        let everyone = allow.is_empty();
        Access { v4: ranges(v4, u128::from(u32::MAX), everyone), v6: ranges(v6, u128::MAX, everyone) }
    }

    /// Whether this client is answered.
    pub fn permits(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        let ranges = if client.is_ipv4() { &self.v4 } else { &self.v6 };
        let bits = bits_of(client);
        let after = ranges.partition_point(|(first, _)| *first <= bits);
        // There is always a range from address 0 on.
        after.checked_sub(1).is_none_or(|at| ranges[at].1)
    }
}

/// Whether a network is one of IPv4, mapped or not, and its length there.
fn canonical(net: &IpNet) -> (bool, u8) {
    match net.network() {
        IpAddr::V4(_) => (true, net.prefix_len()),
        IpAddr::V6(ip) if net.prefix_len() >= 96 && ip.to_ipv4_mapped().is_some() => {
            (true, net.prefix_len() - 96)
        }
        IpAddr::V6(_) => (false, net.prefix_len()),
    }
}

fn bits_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// Walks the networks by their first address, the wider before the narrower within it, and notes where the verdict
/// may change: where one begins, and where the one around it goes on. Networks nest or are apart, never otherwise.
fn ranges(mut nets: Vec<Net>, end: u128, everyone: bool) -> Ranges {
    nets.sort_by_key(|net| (net.first, net.length, !net.permitted));
    let mut ranges = vec![(0, everyone)];
    let mut around: Vec<(u128, bool)> = Vec::new();
    let leave = |around: &mut Vec<(u128, bool)>, ranges: &mut Ranges, last: u128| {
        around.pop();
        if last < end {
            begin(ranges, last + 1, around.last().map_or(everyone, |outer| outer.1));
        }
    };
    for net in nets {
        while let Some((last, _)) = around.last().copied().filter(|(last, _)| *last < net.first) {
            leave(&mut around, &mut ranges, last);
        }
        begin(&mut ranges, net.first, net.permitted);
        around.push((net.last, net.permitted));
    }
    while let Some((last, _)) = around.last().copied() {
        leave(&mut around, &mut ranges, last);
    }
    ranges.dedup_by_key(|(_, permitted)| *permitted);
    ranges
}

/// Begins a range; one that began at the same address holds nothing.
fn begin(ranges: &mut Ranges, first: u128, permitted: bool) {
    match ranges.last_mut() {
        Some(range) if range.0 == first => range.1 = permitted,
        _ => ranges.push((first, permitted)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn nets(text: &[&str]) -> Vec<IpNet> {
        text.iter().map(|net| net.parse().unwrap()).collect()
    }

    #[test]
    fn the_longest_prefix_decides() {
        let access = Access::new(
            &nets(&["10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32"]),
            &nets(&["10.1.0.0/16", "2001:db8:bad::/48"]),
        );
        let table = [
            ("10.0.0.1", true),
            ("10.1.2.2", false),
            ("10.1.2.3", true),
            ("10.1.2.4", false),
            ("10.2.0.0", true),
            ("::ffff:10.1.2.2", false),
            ("::ffff:10.1.2.3", true),
            ("11.0.0.0", false),
            ("2001:db8::1", true),
            ("2001:db8:bad::1", false),
            ("2001:db9::", false),
        ];
        for (client, expected) in table {
            assert_eq!(access.permits(client.parse().unwrap()), expected, "{client}");
        }
    }

    #[test]
    fn without_a_list_of_who_may_everyone_may_but_the_denied() {
        let access = Access::new(&[], &nets(&["192.0.2.0/24", "::/0", "192.0.2.7/32"]));
        let permits = |client: &str| access.permits(client.parse().unwrap());
        assert!(permits("192.0.3.1") && !permits("192.0.2.1") && !permits("192.0.2.7") && !permits("::1"));
        assert!(permits("::ffff:192.0.3.1"), "a mapped client is one of IPv4");
        assert!(Access::default().permits("::1".parse().unwrap()));
    }

    #[test]
    fn denied_wins_where_a_network_is_on_both_lists() {
        let both = nets(&["192.0.2.0/24", "::ffff:198.51.100.0/120"]);
        let access = Access::new(&both, &both);
        assert!(!access.permits("192.0.2.1".parse().unwrap()));
        assert!(!access.permits("198.51.100.1".parse().unwrap()));
        let mapped = Access::new(&nets(&["::ffff:198.51.100.0/120"]), &[]);
        assert!(mapped.permits("198.51.100.1".parse().unwrap()));
        assert!(!mapped.permits("198.51.101.1".parse().unwrap()));
    }

    /// Networks close together, so that they nest and touch; those of IPv6 in the same low bits.
    fn some_nets() -> impl Strategy<Value = Vec<IpNet>> {
        let v4 = (any::<u8>(), 20u8..=32)
            .prop_map(|(low, length)| IpNet::new(Ipv4Addr::new(255, 255, 255, low).into(), length).unwrap());
        let v6 = (any::<u8>(), 118u8..=128).prop_map(|(low, length)| {
            IpNet::new(Ipv6Addr::new(0xffff, 0, 0, 0, 0, 0, 0, low.into()).into(), length).unwrap()
        });
        let whole = prop_oneof![Just(nets(&["0.0.0.0/0"])[0]), Just(nets(&["::/0"])[0])];
        proptest::collection::vec(prop_oneof![4 => v4, 4 => v6, 1 => whole], 0..12)
    }

    fn naive(allow: &[IpNet], deny: &[IpNet], client: IpAddr) -> bool {
        let longest = |list: &[IpNet]| {
            list.iter().filter(|net| net.contains(&client)).map(|net| i16::from(net.prefix_len())).max()
        };
        match (longest(allow), longest(deny)) {
            (None, None) => allow.is_empty(),
            (allowed, denied) => allowed > denied,
        }
    }

    proptest! {
        #[test]
        fn ranges_say_what_the_lists_say(allow in some_nets(), deny in some_nets(), low in any::<u8>()) {
            let access = Access::new(&allow, &deny);
            let clients = [
                IpAddr::from([255, 255, 255, low]),
                IpAddr::from([0, 0, 0, low]),
                IpAddr::from([0xffff, 0, 0, 0, 0, 0, 0, u16::from(low)]),
                IpAddr::from([0, 0, 0, 0, 0, 0, 0, u16::from(low)]),
            ];
            for client in clients {
                prop_assert_eq!(access.permits(client), naive(&allow, &deny, client), "{}", client);
            }
        }
    }
}
