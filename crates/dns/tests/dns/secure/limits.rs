//! Clients that hold connections open, and those beside them.

use std::time::Duration;

use dns::Limits;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, UdpSocket};

use super::site::{Doq, NAME, Site, patient, quic_client};
use crate::client::{Question, ask, parse};

fn query() -> Vec<u8> {
    Question { id: 0, ..ask("test.example.org", 1) }.packet()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_so_many_connections_over_all_secure_transports() {
    let site = Site::with(Limits { per_address: 2, ..Limits::default() }).await;
    let (mut first, second) = (site.dot().await, site.doq().await);
    second.ask(&query()).await.unwrap();
    // The third is let in for the one that was idle longest.
    let mut third = site.dot().await;
    assert!(first.is_closed().await);
    third.ask(&query()).await;
    second.ask(&query()).await.unwrap();
    // Plain TCP has a bound of its own.
    assert!(crate::client::tcp(site.dns, &query()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_bound_the_one_that_was_idle_longest_is_closed() {
    let site = Site::with(Limits { connections: 3, ..Limits::default() }).await;
    let (mut first, mut second, third) = (site.dot().await, site.dot().await, site.doq().await);
    first.ask(&query()).await;
    third.ask(&query()).await.unwrap();
    let mut fourth = site.dot().await;
    assert!(second.is_closed().await);
    for dot in [&mut first, &mut fourth] {
        assert_eq!(parse(&dot.ask(&query()).await).answers.len(), 2);
    }
    third.ask(&query()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_does_not_finish_a_handshake_or_a_query_is_closed() {
    let short = Duration::from_millis(50);
    let site = Site::with(Limits { write: short, ..Limits::default() }).await;
    for server in [site.secure.tls[0], site.secure.https[0]] {
        let mut stream = TcpStream::connect(server).await.unwrap();
        assert!(matches!(patient(stream.read(&mut [0; 1])).await, Ok(0) | Err(_)), "no handshake");
    }
    let site = Site::with(Limits { idle: short, ..Limits::default() }).await;
    let (mut dot, mut doh) = (site.dot().await, site.doh().await);
    assert!(dot.is_closed().await, "no query");
    doh.closed().await;
    // The end comes by either side's clock or by the server's word, on a busy machine before the handshake is over.
    if let Ok(doq) = Doq::connect(site.secure.quic[0], &site.roots).await {
        let _ = doq.closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_clients_do_not_hold_up_others() {
    // A handshake may take so long here that whoever waits for another's gets no answer.
    let patience = Duration::from_secs(600);
    let site = Site::with(Limits { write: patience, idle: patience, ..Limits::default() }).await;
    let mut silent = Vec::new();
    for server in [site.secure.tls[0], site.secure.https[0]] {
        for _ in 0..20 {
            silent.push(TcpStream::connect(server).await.unwrap());
        }
    }
    // The first datagram of a client of QUIC that is never heard of again.
    let (trap, sender) =
        (UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await);
    let client = quic_client(&site.roots);
    let _connecting = client.connect(trap.local_addr().unwrap(), NAME).unwrap();
    let mut datagram = [0; 2048];
    let length = patient(trap.recv(&mut datagram)).await.unwrap();
    sender.unwrap().send_to(&datagram[..length], site.secure.quic[0]).await.unwrap();
    for _ in 0..3 {
        site.dot().await.ask(&query()).await;
        site.doh().await.post(&query()).await;
        site.doq().await.ask(&query()).await.unwrap();
    }
    // One that does not send the whole of a query holds up its own connection at most.
    let (mut dot, mut slow) = (site.dot().await, site.dot().await);
    slow.send(&query()[..5]).await;
    dot.ask(&query()).await;
    drop(silent);
}
