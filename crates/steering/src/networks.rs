//! Networks by prefix: what is said of the longest one that holds an address, and how much of the address says so.

use std::net::IpAddr;

use ipnet::IpNet;

/// Values of networks, found in the logarithm of their number.
#[derive(Clone, Debug)]
pub struct Networks<T> {
    v4: Table<T>,
    v6: Table<T>,
}

/// What was found of a client's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a, T> {
    /// The value of the longest network that holds all of it.
    pub value: Option<&'a T>,
    /// Leading bits of the address for which every address has this value (RFC 7871 section 7.2.1). More than the
    /// client's own prefix where a longer one could have another value.
    pub scope: u8,
}

#[derive(Clone, Debug)]
struct Table<T> {
    bits: u32,
    /// By first address, the wider before the narrower within it.
    entries: Vec<Entry<T>>,
    /// Addresses at which a network begins, or the one before it has ended.
    edges: Vec<u128>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    first: u128,
    last: u128,
    length: u8,
    /// The narrowest network around this one.
    around: Option<usize>,
    value: T,
}

impl<T> Networks<T> {
    /// Of these networks; of equal ones the first counts. `within` joins the value of a network with that of the one
    /// around it.
    pub fn new(networks: impl IntoIterator<Item = (IpNet, T)>, within: impl Fn(&T, T) -> T) -> Networks<T> {
        let (v4, v6) = networks.into_iter().partition::<Vec<_>, _>(|(network, _)| network.addr().is_ipv4());
        Networks { v4: Table::new(32, v4, &within), v6: Table::new(128, v6, &within) }
    }

    /// What is said of the network of the first `prefix` bits of `address`.
    pub fn find(&self, address: IpAddr, prefix: u8) -> Match<'_, T> {
        match address {
            IpAddr::V4(ip) => self.v4.find(u128::from(ip.to_bits()), prefix),
            IpAddr::V6(ip) => self.v6.find(ip.to_bits(), prefix),
        }
    }
}

impl<T> Table<T> {
    fn new(bits: u32, networks: Vec<(IpNet, T)>, within: &dyn Fn(&T, T) -> T) -> Table<T> {
        let mut spans: Vec<(u128, u8, u128, T)> = networks
            .into_iter()
            .map(|(network, value)| {
                let of = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => u128::from(ip.to_bits()),
                    IpAddr::V6(ip) => ip.to_bits(),
                };
                (of(network.network()), network.prefix_len(), of(network.broadcast()), value)
            })
            .collect();
        spans.sort_by_key(|span| (span.0, span.1));
        spans.dedup_by_key(|span| (span.0, span.1));
        let mut entries: Vec<Entry<T>> = Vec::with_capacity(spans.len());
        let mut edges = Vec::with_capacity(2 * spans.len());
        for (first, length, last, value) in spans {
            let mut around = entries.len().checked_sub(1);
            while let Some(index) = around.filter(|index| entries[*index].last < first) {
                around = entries[index].around;
            }
            let value = match around {
                Some(index) => within(&entries[index].value, value),
                None => value,
            };
            edges.push(first);
            edges.extend(last.checked_add(1).filter(|edge| bits == 128 || *edge < 1 << bits));
            entries.push(Entry { first, last, length, around, value });
        }
        edges.sort_unstable();
        edges.dedup();
        Table { bits, entries, edges }
    }

    fn find(&self, address: u128, prefix: u8) -> Match<'_, T> {
        let mut at = self.entries.partition_point(|entry| entry.first <= address).checked_sub(1);
        while let Some(index) =
            at.filter(|index| self.entries[*index].last < address || self.entries[*index].length > prefix)
        {
            at = self.entries[index].around;
        }
        let next = self.edges.partition_point(|edge| *edge <= address);
        // The block of so many bits around the address may cross neither the edge before it nor the one behind.
        let apart = |other: u128| ((address ^ other).leading_zeros() + self.bits - 128 + 1) as u8;
        let before = next.checked_sub(1).and_then(|i| self.edges[i].checked_sub(1)).map_or(0, apart);
        let behind = self.edges.get(next).map_or(0, |edge| apart(*edge));
        Match { value: at.map(|index| &self.entries[index].value), scope: before.max(behind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(networks: &[&str]) -> Networks<String> {
        let parsed = networks.iter().map(|text| (text.parse().unwrap(), (*text).to_owned()));
        Networks::new(parsed, |_, own| own)
    }

    #[test]
    fn the_longest_network_that_is_known_to_hold_the_client_wins() {
        let table = table(&["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "2001:db8::/32"]);
        let find = |ip: &str, prefix| {
            let found = table.find(ip.parse().unwrap(), prefix);
            (found.value.map(String::as_str), found.scope)
        };
        assert_eq!(find("10.1.2.3", 32), (Some("10.1.2.0/24"), 24));
        assert_eq!(find("10.1.9.0", 24), (Some("10.1.0.0/16"), 21));
        // Who tells too little is told how much would do.
        assert_eq!(find("10.1.2.0", 20), (Some("10.1.0.0/16"), 24));
        assert_eq!(find("10.200.0.0", 24), (Some("10.0.0.0/8"), 9));
        assert_eq!(find("192.0.2.1", 24), (None, 1));
        assert_eq!(find("2001:db8:1::", 48), (Some("2001:db8::/32"), 32));
    }

    proptest! {
        #[test]
        fn a_table_says_what_a_search_says_and_its_scope_holds(
            networks in prop::collection::vec((0u32..256, 0u8..=8), 0..12), address in 0u32..256, other in 0u32..256
        ) {
            // Eight bits at the top, so that networks meet.
            let ip = |bits: u32| std::net::Ipv4Addr::from(bits << 24);
            let nets: Vec<IpNet> = networks.iter()
                .map(|(bits, length)| ipnet::Ipv4Net::new(ip(*bits), *length).unwrap().trunc().into()).collect();
            let table = Networks::new(nets.iter().map(|net| (*net, *net)), |_, own| own);
            let search = |address: u32| nets.iter().filter(|net| net.contains(&IpAddr::from(ip(address))))
                .max_by_key(|net| net.prefix_len());
            let found = table.find(ip(address).into(), 32);
            prop_assert_eq!(found.value, search(address));
            prop_assert!(found.scope <= 8);
            if (address ^ other) >> (8 - u32::from(found.scope)) == 0 {
                prop_assert_eq!(found.value, search(other));
            }
        }
    }
}
