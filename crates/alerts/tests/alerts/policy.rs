//! Addresses that are not dialled.

use model::occurrence::{Kind, Outcome};
use serde_json::json;
use tokio::net::{TcpListener, UdpSocket};

use crate::rig::{Rig, channel, event};

#[tokio::test]
async fn this_machine_is_not_dialled_by_address_or_by_name_unless_it_is_listed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let mut rig = Rig::new();
        rig.allow.clear();
        let engine = rig.start(&channel(json!({"json": {"url": format!("http://{host}:{port}/")}})));
        engine.take(&event(1, Kind::GsDown));
        let delivery = rig.deliveries(1).await.remove(0);
        assert!(delivery.note.contains("it is this machine"), "{host}: {delivery:?}");
        assert_eq!(delivery.outcome, Outcome::Failed);
    }
    assert!(is_pending(listener.accept()), "something was dialled");
}

#[tokio::test]
async fn a_port_of_the_server_is_not_dialled_even_where_its_network_is_listed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut rig = Rig::new();
    rig.own = vec![listener.local_addr().unwrap(), datagrams.local_addr().unwrap()];
    let post = json!({"json": {"url": format!("http://{}/", rig.own[0])}});
    let log = json!({"syslog": {"address": rig.own[1].to_string()}});
    for via in [post, log] {
        let engine = rig.start(&channel(via));
        engine.take(&event(1, Kind::GsDown));
        let delivery = rig.deliveries(1).await.remove(0);
        assert!(delivery.note.contains("this server listens there"), "{delivery:?}");
        rig.deliveries.lock().unwrap().clear();
    }
    assert!(datagrams.try_recv(&mut [0; 16]).is_err());
}

/// Whether a future is still pending now.
fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    future.as_mut().poll(&mut context).is_pending()
}
