//! Which addresses are dialled.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Networks that are dialled only where an entry of the list lies within them: a configuration must not make this
/// server ask itself, or the link it stands on, without its operator's consent.
const SPECIAL: [(&str, &str); 4] = [
    ("127.0.0.0/8", "loopback"),
    ("::1/128", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("fe80::/10", "link-local"),
];
/// Where clouds hand out credentials; never dialled.
const METADATA: [&str; 3] = ["169.254.169.254", "fd00:ec2::254", "169.254.170.2"];

/// Addresses that checks may dial.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
    own: Vec<SocketAddr>,
}

impl Policy {
    /// Dials what `allow` lists, or everything when it lists no ordinary network, and nothing that `deny` lists.
    /// Loopback and link-local are dialled only where an entry of `allow` lies within them.
    pub fn new(allow: Vec<IpNet>, deny: Vec<IpNet>) -> Self {
        Policy { allow, deny, own: Vec::new() }
    }

    /// The same, without the addresses this server listens at itself: a check of its own console or responder would
    /// let a configuration speak to it from within.
    pub fn without_own(mut self, own: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.own.extend(own);
        self
    }

    /// Whether `address` may be dialled.
    ///
    /// # Errors
    /// Says why not, and which setting would change that.
    pub fn permits(&self, address: SocketAddr) -> Result<(), String> {
        let ip = address.ip().to_canonical();
        if self.is_own(ip, address.port()) {
            return Err(format!("{address} is this server itself"));
        }
        if ip.is_unspecified() || ip.is_multicast() || ip == IpAddr::from([255, 255, 255, 255]) {
            return Err(format!("{ip} is no member's address"));
        }
        if METADATA.iter().any(|metadata| metadata.parse() == Ok(ip)) {
            return Err(format!("{ip} hands out credentials of this machine and is never dialled"));
        }
        if let Some(denied) = self.deny.iter().find(|net| net.contains(&ip)) {
            return Err(format!("{ip} is denied: health.deny has {denied}"));
        }
        let special = SPECIAL.iter().filter_map(|(net, what)| Some((net.parse::<IpNet>().ok()?, *what)));
        let special: Vec<(IpNet, &str)> = special.collect();
        if let Some((net, what)) = special.iter().find(|(net, _)| net.contains(&ip)) {
            let listed = self.allow.iter().any(|entry| net.contains(entry) && entry.contains(&ip));
            let why = || format!("{ip} is {what} and not dialled: list it in health.allow to permit it");
            return if listed { Ok(()) } else { Err(why()) };
        }
        let mut ordinary =
            self.allow.iter().filter(|entry| !special.iter().any(|(net, _)| net.contains(*entry))).peekable();
        if ordinary.peek().is_none() || ordinary.any(|net| net.contains(&ip)) {
            return Ok(());
        }
        Err(format!("{ip} is not among the networks of health.allow: add it there to permit it"))
    }

    /// Whether a connection that is open leads back to this server, by an address that no list has: where both ends
    /// have one address, the other end is on this machine.
    pub(super) fn is_loop(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        local.ip() == peer.ip()
            && self.own.iter().any(|own| own.port() == peer.port() && own.ip().is_unspecified())
    }

    fn is_own(&self, ip: IpAddr, port: u16) -> bool {
        let same = |own: IpAddr| own == ip || (own.is_unspecified() && ip.is_loopback());
        self.own.iter().any(|own| own.port() == port && same(own.ip()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allow: &[&str], deny: &[&str]) -> Policy {
        let nets = |list: &[&str]| list.iter().map(|net| net.parse().unwrap()).collect();
        Policy::new(nets(allow), nets(deny))
            .without_own(["0.0.0.0:53".parse().unwrap(), "127.0.0.1:3000".parse().unwrap()])
    }

    fn permitted(policy: &Policy, address: &str) -> bool {
        policy.permits(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn without_lists_everything_is_dialled_but_this_machine_and_its_link() {
        let policy = policy(&[], &[]);
        for yes in ["10.1.2.3:80", "192.0.2.1:53", "[2001:db8::1]:80", "[fd00::1]:80"] {
            assert!(permitted(&policy, yes), "{yes}");
        }
        for no in [
            "127.0.0.1:80",
            "[::1]:80",
            "[::ffff:127.0.0.1]:80",
            "169.254.1.1:80",
            "169.254.169.254:80",
            "[fe80::1]:80",
            "0.0.0.0:80",
            "[::]:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
            "[fd00:ec2::254]:80",
        ] {
            assert!(!permitted(&policy, no), "{no}");
        }
    }

    #[test]
    fn special_networks_take_an_entry_of_their_own() {
        let everything = policy(&["0.0.0.0/0", "::/0"], &[]);
        assert!(permitted(&everything, "10.0.0.1:80") && !permitted(&everything, "127.0.0.1:80"));
        let loopback = policy(&["127.0.0.0/8"], &[]);
        assert!(permitted(&loopback, "127.0.0.1:80") && permitted(&loopback, "10.0.0.1:80"));
        assert!(!permitted(&loopback, "169.254.1.1:80") && !permitted(&loopback, "[::1]:80"));
        let link = policy(&["169.254.0.0/16"], &[]);
        assert!(permitted(&link, "169.254.1.1:80") && !permitted(&link, "169.254.169.254:80"));
    }

    #[test]
    fn an_ordinary_entry_excludes_what_is_not_listed_and_deny_wins() {
        let policy = policy(&["10.0.0.0/8"], &["10.9.0.0/16"]);
        assert!(permitted(&policy, "10.1.0.1:80"));
        assert!(!permitted(&policy, "10.9.0.1:80") && !permitted(&policy, "192.0.2.1:80"));
    }

    #[test]
    fn the_server_s_own_addresses_are_never_dialled() {
        let policy = policy(&["127.0.0.0/8"], &[]);
        assert!(!permitted(&policy, "127.0.0.1:3000") && !permitted(&policy, "127.0.0.7:53"));
        assert!(permitted(&policy, "127.0.0.7:3000") && permitted(&policy, "127.0.0.1:80"));
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(policy.is_loop(at("10.0.0.1:40000"), at("10.0.0.1:53")));
        assert!(!policy.is_loop(at("10.0.0.1:40000"), at("10.0.0.2:53")));
    }
}
