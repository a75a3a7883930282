//! Which addresses alerts may go to, and the one way to connect to them.
//!
//! A webhook's address comes from whoever may change the configuration, and must not become a way into the network the
//! server stands in. What is looked at is the address that is dialled, after the name was resolved, so that a name that
//! changes its mind gets nowhere.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use tokio::net::{TcpStream, UdpSocket, lookup_host};

use crate::send::Failure;

/// How far a channel reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only: webhooks.
    Public,
    /// Private ones as well: collectors and relays stand in the operator's network.
    Private,
}

/// The policy.
#[derive(Clone)]
pub struct Network {
    /// Networks that may be reached whatever they are.
    pub allow: Vec<IpNet>,
    /// Where this server listens, which is never reached.
    pub own: Arc<dyn Fn() -> Vec<SocketAddr> + Send + Sync>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("allow", &self.allow).finish_non_exhaustive()
    }
}

impl Network {
    /// Why an address is not dialled; none when it may be.
    pub fn refuses(&self, address: SocketAddr, reach: Reach) -> Option<&'static str> {
        let ip = address.ip().to_canonical();
        let is_own = |own: &SocketAddr| {
            let everywhere = own.ip().is_unspecified() && ip.is_loopback();
            own.port() == address.port() && (everywhere || own.ip().to_canonical() == ip)
        };
        if (self.own)().iter().any(is_own) {
            return Some("this server listens there");
        }
        if self.allow.iter().any(|network| network.contains(&ip)) {
            return None;
        }
        if ip.is_loopback() || ip.is_unspecified() {
            return Some("it is this machine");
        }
        if is_link_local(ip) || METADATA.contains(&ip) {
            return Some("it is link-local, or gives out a cloud's metadata");
        }
        if ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
            return Some("it is no single machine");
        }
        (reach == Reach::Public && !is_public(ip)).then_some("it is not public")
    }

    /// The addresses of a host that may be dialled, at least one.
    pub async fn addresses(&self, host: &str, port: u16, reach: Reach) -> Result<Vec<SocketAddr>, Failure> {
        let found = lookup_host((host, port)).await;
        let found: Vec<SocketAddr> =
            found.map_err(|_| Failure::passing("the receiver's name cannot be resolved"))?.collect();
        let refused = found.iter().find_map(|a| Some((a.ip(), self.refuses(*a, reach)?)));
        let allowed: Vec<SocketAddr> =
            found.into_iter().filter(|a| self.refuses(*a, reach).is_none()).collect();
        match (allowed.is_empty(), refused) {
            (false, _) => Ok(allowed),
            (true, Some((ip, why))) => Err(Failure::lasting(format!(
                "alerts may not go to {ip}: {why}; an administrator can list it in [alerts] allow of the settings"
            ))),
            (true, None) => Err(Failure::passing("the receiver's name has no address")),
        }
    }

    /// Connects to the first address of a host that answers.
    pub async fn connect(&self, host: &str, port: u16, reach: Reach) -> Result<TcpStream, Failure> {
        let mut last = Failure::passing("the receiver's name has no address");
        for address in self.addresses(host, port, reach).await? {
            match TcpStream::connect(address).await {
                Ok(stream) if self.is_ours(stream.local_addr(), stream.peer_addr()) => {
                    last = Failure::lasting(format!(
                        "alerts may not go to {}: this server listens there",
                        address.ip()
                    ));
                }
                Ok(stream) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => last = Failure::passing(format!("no connection: {}", error.kind())),
            }
        }
        Err(last)
    }

    /// A socket that is connected to a host.
    pub async fn datagrams(&self, host: &str, port: u16, reach: Reach) -> Result<UdpSocket, Failure> {
        let mut last = Failure::passing("the receiver's name has no address");
        for address in self.addresses(host, port, reach).await? {
            let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let connected = async {
                let socket = UdpSocket::bind(any).await?;
                socket.connect(address).await?;
                std::io::Result::Ok(socket)
            };
            match connected.await {
                Ok(socket) if self.is_ours(socket.local_addr(), socket.peer_addr()) => {
                    last = Failure::lasting(format!(
                        "alerts may not go to {}: this server listens there",
                        address.ip()
                    ));
                }
                Ok(socket) => return Ok(socket),
                Err(error) => last = Failure::passing(format!("it cannot be sent to: {}", error.kind())),
            }
        }
        Err(last)
    }

    /// A connection from an address of this machine to itself, at a port this server listens at on all of them.
    fn is_ours(&self, local: std::io::Result<SocketAddr>, peer: std::io::Result<SocketAddr>) -> bool {
        let (Ok(local), Ok(peer)) = (local, peer) else { return false };
        let everywhere = |own: &SocketAddr| own.ip().is_unspecified() && own.port() == peer.port();
        local.ip() == peer.ip() && (self.own)().iter().any(everywhere)
    }
}

/// Where clouds give out what a machine may do, beside the link-local 169.254.169.254.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    }
}

/// Whether an address is of the public Internet (the registries of RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => {
            let s = ip.segments();
            // Addresses that hold an IPv4 address are what that is: NAT64 (RFC 6052) and 6to4 (RFC 3056).
            if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
                return is_public_v4(v4_of(s[6], s[7]));
            }
            if s[0] == 0x2002 {
                return is_public_v4(v4_of(s[1], s[2]));
            }
            // Only 2000::/3 is given out; of it 2001::/23 is for protocols, and two networks are for documentation.
            s[0] & 0xe000 == 0x2000
                && !(s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8))
                && !(s[0] == 0x3fff && s[1] < 0x1000)
        }
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 224;
    !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(allow: &[&str], own: &'static str) -> Network {
        let own = own.parse().unwrap();
        Network {
            allow: allow.iter().map(|n| n.parse().unwrap()).collect(),
            own: Arc::new(move || vec![own]),
        }
    }

    #[test]
    fn webhooks_go_to_public_addresses_and_to_those_that_are_listed() {
        let policy = network(&["192.168.7.0/24"], "0.0.0.0:3000");
        let refused = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "fc00::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for ip in refused {
            let address = SocketAddr::new(ip.parse().unwrap(), 443);
            assert!(policy.refuses(address, Reach::Public).is_some(), "{ip}");
        }
        for ip in
            ["192.168.7.9", "8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
        {
            let address = SocketAddr::new(ip.parse().unwrap(), 443);
            assert_eq!(policy.refuses(address, Reach::Public), None, "{ip}");
        }
    }

    #[test]
    fn collectors_may_be_private_and_never_this_machine_or_a_cloud_s_metadata() {
        let policy = network(&[], "127.0.0.1:3000");
        for ip in [
            "127.0.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "fe80::1",
            "::1",
            "224.0.0.1",
            "::ffff:127.0.0.1",
        ] {
            let address = SocketAddr::new(ip.parse().unwrap(), 514);
            assert!(policy.refuses(address, Reach::Private).is_some(), "{ip}");
        }
        for ip in ["10.1.2.3", "192.168.1.1", "fc00::1", "8.8.8.8"] {
            let address = SocketAddr::new(ip.parse().unwrap(), 514);
            assert_eq!(policy.refuses(address, Reach::Private), None, "{ip}");
        }
    }

    #[test]
    fn a_port_of_this_server_is_refused_even_where_its_network_is_listed() {
        let policy = network(&["127.0.0.0/8", "10.0.0.0/8"], "127.0.0.1:3000");
        let at = |text: &str| policy.refuses(text.parse().unwrap(), Reach::Public);
        assert!(at("127.0.0.1:3000").is_some());
        assert_eq!(at("127.0.0.1:3001"), None);
        let everywhere = network(&["127.0.0.0/8"], "0.0.0.0:3000");
        assert!(everywhere.refuses("127.0.0.9:3000".parse().unwrap(), Reach::Public).is_some());
    }
}
