//! Sockets that a service manager has bound for this process, so that it needs no privilege for port 53.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use anyhow::{Context, bail};
use dns::Passed;
use listenfd::ListenFd;

/// What was passed for one address.
#[derive(Debug, Default)]
struct Pair {
    udp: Vec<UdpSocket>,
    tcp: Option<TcpListener>,
}

/// Takes the sockets that `LISTEN_FDS` speaks of (sd_listen_fds(3)); to be called before there are threads, since the
/// variables are taken out of the environment.
///
/// # Errors
/// When one is no socket of UDP or TCP, or an address has only one of the two.
pub fn passed() -> anyhow::Result<Vec<Passed>> {
    let mut given = ListenFd::from_env();
    let mut pairs: Vec<(SocketAddr, Pair)> = Vec::new();
    for place in 0..given.len() {
        // What is of the other kind is left in its place.
        if let Ok(Some(tcp)) = given.take_tcp_listener(place) {
            let address = tcp.local_addr().context("LISTEN_FDS")?;
            pair(&mut pairs, address).tcp.get_or_insert(tcp);
        } else if let Ok(Some(udp)) = given.take_udp_socket(place) {
            let address = udp.local_addr().context("LISTEN_FDS")?;
            pair(&mut pairs, address).udp.push(udp);
        } else {
            bail!(
                "LISTEN_FDS: socket {} is neither UDP nor TCP: give ListenDatagram= and ListenStream= alone",
                place + 1
            );
        }
    }
    pairs.into_iter().map(|(address, pair)| whole(address, pair)).collect()
}

fn pair(pairs: &mut Vec<(SocketAddr, Pair)>, address: SocketAddr) -> &mut Pair {
    let at = pairs.iter().position(|(other, _)| *other == address).unwrap_or_else(|| {
        pairs.push((address, Pair::default()));
        pairs.len() - 1
    });
    &mut pairs[at].1
}

/// DNS is answered over both: an answer that does not fit into a datagram is fetched over TCP (RFC 7766 section 5).
fn whole(address: SocketAddr, pair: Pair) -> anyhow::Result<Passed> {
    match pair.tcp {
        Some(tcp) if !pair.udp.is_empty() => Ok(Passed { udp: pair.udp, tcp }),
        Some(_) => bail!("LISTEN_FDS: {address} was passed for TCP alone: add ListenDatagram={address}"),
        None => bail!("LISTEN_FDS: {address} was passed for UDP alone: add ListenStream={address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_both_or_is_refused_with_what_is_missing() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        let error = whole(address, Pair { udp: Vec::new(), tcp: Some(tcp) }).unwrap_err().to_string();
        assert!(error.ends_with(&format!("add ListenDatagram={address}")), "{error}");
        let udp = || vec![UdpSocket::bind("127.0.0.1:0").unwrap()];
        let error = whole(address, Pair { udp: udp(), tcp: None }).unwrap_err().to_string();
        assert!(error.ends_with(&format!("add ListenStream={address}")), "{error}");
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(whole(address, Pair { udp: udp(), tcp: Some(tcp) }).is_ok());
    }
}
