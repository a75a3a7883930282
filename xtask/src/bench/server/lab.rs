//! What every server is given to answer: one name with three addresses, which weigh 6, 3 and 1 where a server can weigh.

/// The name that is asked for.
pub const NAME: &str = "hello.avi.iberia.local";
/// Its zone.
pub const ZONE: &str = "avi.iberia.local";
/// Addresses and weights.
pub const MEMBERS: [(&str, u32); 3] = [("10.10.25.46", 6), ("10.10.26.40", 3), ("10.10.23.40", 1)];
/// TTL of the answer, seconds.
pub const TTL: u32 = 2;

/// The SOA and NS records a zone needs, as lines of a master file (RFC 1035 section 5).
pub const APEX: &str = "@ 30 SOA g-dns.iberia.local. johernandez.iberia.local. 1 10800 3600 86400 30\n\
                        @ 30 NS g-dns.iberia.local.\n";

/// The zone as a master file, for servers that answer all three addresses at once.
pub fn zone_file() -> String {
    let records = MEMBERS.map(|(address, _)| format!("hello {TTL} A {address}\n"));
    format!("{APEX}{}", records.concat())
}

/// The lab as Steelyard's declarative configuration, without monitors: nothing is probed, so every member is chosen.
pub fn yaml() -> String {
    let members = MEMBERS
        .map(|(address, weight)| format!("          - {{address: {address}, weight: {weight}}}\n"))
        .concat();
    format!(
        "version: 1
zones:
  - name: {ZONE}
    soa: {{mname: g-dns.iberia.local, rname: johernandez@iberia.local, refresh: 10800, retry: 3600, expire: 86400, \
         negative_ttl: 30}}
    name_servers: [g-dns.iberia.local]
    ttl: 30
services:
  - name: {NAME}
    ttl: {TTL}
    answers: 1
    pools:
      - name: hello-10
        priority: 10
        algorithm: round_robin
        members:
{members}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_is_the_same_for_everybody() {
        assert_eq!(zone_file().lines().count(), 5);
        assert!(zone_file().ends_with("hello 2 A 10.10.23.40\n"));
        assert!(yaml().contains("negative_ttl: 30}\n"), "{}", yaml());
        assert!(yaml().ends_with("          - {address: 10.10.23.40, weight: 1}\n"));
    }
}
