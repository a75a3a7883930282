//! Collectors of RFC 5424 messages.

use std::sync::Arc;

use model::occurrence::{Kind, Outcome};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use crate::rig::{Rig, channel, event};

const MESSAGE: &str = "<148>1 2020-12-20T17:23:37.473Z leader steelyard - GS_MEMBER_DOWN [steelyard@32473 \
                       level=\"medium\" rule=\"all\" service=\"hello.avi.iberia.local\" pool=\"hello-10\" \
                       member=\"10.10.23.40\" failure=\"CONNECTION_REFUSED\" count=\"1\" generation=\"3\"] \
                       \u{feff}The member 10.10.23.40 of hello.avi.iberia.local is now down: \"refused\" <x>.";

/// The rule's level is the event's: 18 * 8 + 4.
fn at(address: std::net::SocketAddr, transport: &str, ca: Option<&str>) -> model::config::Config {
    let address = address.to_string().replace("127.0.0.1", "localhost");
    let mut config = channel(json!({"syslog": {
        "address": address, "transport": transport, "facility": "local2", "ca": ca}}));
    config.alert_rules[0].level = None;
    config
}

#[tokio::test]
async fn a_datagram_holds_one_message() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let rig = Rig::new();
    let mut config = at(socket.local_addr().unwrap(), "udp", None);
    let model::config::Via::Syslog(syslog) = &mut config.channels[0].via else { panic!("a syslog channel") };
    syslog.address = socket.local_addr().unwrap().to_string();
    let engine = rig.start(&config);
    engine.take(&event(1, Kind::GsMemberDown));
    let mut buffer = vec![0; 4096];
    let length = socket.recv(&mut buffer).await.unwrap();
    assert_eq!(std::str::from_utf8(&buffer[..length]).unwrap(), MESSAGE);
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Delivered, "sent"));
}

#[tokio::test]
async fn over_tcp_octets_are_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rig = Rig::new();
    let engine = rig.start(&at(listener.local_addr().unwrap(), "tcp", None));
    engine.take(&event(1, Kind::GsMemberDown));
    let mut text = String::new();
    listener.accept().await.unwrap().0.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, format!("{} {MESSAGE}", MESSAGE.len()));
}

#[tokio::test]
async fn over_tls_the_collector_has_to_show_a_certificate_of_the_channel_s_authority() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let rig = Rig::new();
    let engine = rig.start(&at(address, "tls", Some(&made.cert.pem())));
    engine.take(&event(1, Kind::GsMemberDown));
    let mut text = String::new();
    let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, format!("{} {MESSAGE}", MESSAGE.len()));

    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut rig = Rig::new();
    rig.pace.tries = 1;
    let engine = rig.start(&at(address, "tls", Some(&other.cert.pem())));
    engine.take(&event(1, Kind::GsMemberDown));
    assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
    assert!(rig.deliveries(1).await[0].note.starts_with("no TLS: "), "{:?}", rig.deliveries(1).await);
}
