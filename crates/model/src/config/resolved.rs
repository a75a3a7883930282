use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::{Config, Member, Pool};
use crate::name::DnsName;

/// The addresses that names of members stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    names: HashMap<DnsName, Found>,
}

/// One address of each family that a name has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// IPv4.
    pub v4: Option<Ipv4Addr>,
    /// IPv6.
    pub v6: Option<Ipv6Addr>,
}

impl Found {
    /// The addresses, IPv4 first.
    pub fn addresses(self) -> impl Iterator<Item = IpAddr> {
        self.v4.map(IpAddr::V4).into_iter().chain(self.v6.map(IpAddr::V6))
    }
}

impl Resolved {
    /// What a name stands for.
    pub fn of(&self, name: &DnsName) -> Found {
        self.names.get(name).copied().unwrap_or_default()
    }

    /// Sets what a name stands for.
    pub fn set(&mut self, name: DnsName, found: Found) {
        self.names.insert(name, found);
    }

    /// Forgets the names that `keep` does not want.
    pub fn retain(&mut self, keep: impl Fn(&DnsName) -> bool) {
        self.names.retain(|name, _| keep(name));
    }
}

impl Config {
    /// The names that have to be resolved, each once.
    pub fn names_of_members(&self) -> Vec<&DnsName> {
        let members = self.services.iter().flat_map(|s| &s.pools).flat_map(|p| &p.members);
        let mut names: Vec<&DnsName> = members.filter_map(|member| member.fqdn.as_ref()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The configuration in which members have the addresses of their names: one member for each family, and a single one
    /// where the name itself is answered. A name without an address is a member without one. None when no member has a
    /// name.
    pub fn with_addresses(&self, resolved: &Resolved) -> Option<Config> {
        let named = |pool: &Pool| pool.members.iter().any(|member| member.fqdn.is_some());
        if !self.services.iter().flat_map(|s| &s.pools).any(named) {
            return None;
        }
        let mut config = self.clone();
        for pool in config.services.iter_mut().flat_map(|s| &mut s.pools).filter(|pool| named(pool)) {
            let members = std::mem::take(&mut pool.members);
            for member in members {
                expand(member, resolved, &mut pool.members);
            }
        }
        Some(config)
    }
}

fn expand(member: Member, resolved: &Resolved, members: &mut Vec<Member>) {
    let Some(name) = &member.fqdn else { return members.push(member) };
    let most = if member.is_alias() { 1 } else { 2 };
    let found: Vec<IpAddr> = resolved.of(name).addresses().take(most).collect();
    if found.is_empty() {
        return members.push(member);
    }
    for address in found {
        // Two names may stand for one address, which is one member then: the first.
        if members.iter().all(|other| other.address != Some(address)) {
            members.push(Member { address: Some(address), ..member.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_member_for_each_family_and_one_where_it_is_answered_itself() {
        let config: Config = serde_json::from_value(serde_json::json!({"services": [
            {"name": "a.test", "pools": [
                {"name": "p", "members": [{"address": "192.0.2.1"}, {"fqdn": "b.test", "weight": 3}, {"fqdn": "c.test"}]},
                {"name": "q", "members": [{"fqdn": "b.test", "answer": "cname"}]}]}]}))
        .unwrap();
        let mut resolved = Resolved::default();
        let found = Found { v4: Some([192, 0, 2, 7].into()), v6: Some("2001:db8::7".parse().unwrap()) };
        resolved.set("b.test".parse().unwrap(), found);
        resolved.set("c.test".parse().unwrap(), Found { v4: Some([192, 0, 2, 1].into()), v6: None });
        let expanded = config.with_addresses(&resolved).unwrap();
        let addresses = |pool: usize| -> Vec<String> {
            let members = expanded.services[0].pools[pool].members.iter();
            members.map(|m| format!("{} {}", m.address.unwrap(), m.weight)).collect()
        };
        assert_eq!(addresses(0), ["192.0.2.1 1", "192.0.2.7 3", "2001:db8::7 3"]);
        assert_eq!(addresses(1), ["192.0.2.7 1"]);
        let together = |pool: usize| -> Vec<usize> {
            expanded.services[0].pools[pool].members_together().map(<[Member]>::len).collect()
        };
        assert_eq!((together(0), together(1)), (vec![1, 2], vec![1]));
        assert_eq!(config.names_of_members().len(), 2);
        assert_eq!(Config::default().with_addresses(&resolved), None);
    }
}
