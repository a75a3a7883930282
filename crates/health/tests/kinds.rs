//! Every type of monitor against real members: what passes, and each failure with its code.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use health::probe::{Network, Probe, Seen, Trace};
use health::target::Target;
use health::{Policy, Tools};
use model::config::Monitor;
use model::health::FailureCode;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

fn tools() -> Tools {
    Tools::new(Policy::new(vec!["127.0.0.0/8".parse().unwrap()], Vec::new()))
}

fn target(at: SocketAddr, more: Value) -> Target {
    let mut monitor = json!({"name": "m", "interval": "20s", "timeout": "5s"});
    if more["type"] != "icmp" {
        monitor["port"] = at.port().into();
    }
    monitor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let monitor: Monitor = serde_json::from_value(monitor).unwrap();
    Target::new(at.ip(), "hello.example.org", Arc::new(monitor))
}

async fn check(at: SocketAddr, more: Value) -> Seen {
    Network::new(tools()).check(&target(at, more), &Trace::off()).await
}

fn code(seen: &Seen) -> Option<FailureCode> {
    seen.as_ref().err().map(|failure| failure.code)
}

/// A member that takes one connection after another, reads what comes first, and writes this.
async fn speaks(answer: &'static [u8], closes: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer).await;
                if !closes {
                    let _ = stream.read(&mut request).await;
                }
            });
        }
    });
    at
}

#[tokio::test]
async fn tcp_says_and_hears_what_the_monitor_has() {
    let pong = speaks(b"+PONG\r\n", false).await;
    let seen = check(pong, json!({"type": "tcp", "send": r"PING\r\n", "expect": r"PONG\x0d"})).await;
    assert_eq!(seen, Ok("expected answer after 7 octets".to_owned()));
    let wrong = check(pong, json!({"type": "tcp", "send": "x", "expect": "QUIT", "timeout": "200ms"})).await;
    assert_eq!(code(&wrong), Some(FailureCode::PayloadContentMismatch), "{wrong:?}");
    assert!(wrong.unwrap_err().detail.contains("+PONG"));
    let silent = speaks(b"", false).await;
    let seen = check(silent, json!({"type": "tcp", "send": "x", "expect": "y", "timeout": "200ms"})).await;
    assert_eq!(code(&seen), Some(FailureCode::NoResponse));
    let closes = speaks(b"", true).await;
    let seen = check(closes, json!({"type": "tcp", "send": "x", "expect": "y"})).await;
    assert_eq!(code(&seen), Some(FailureCode::NoResponse));
    let partial = speaks(b"no such", true).await;
    let seen = check(partial, json!({"type": "tcp", "send": "x", "expect": "y"})).await;
    assert_eq!(code(&seen), Some(FailureCode::PayloadContentMismatch));
}

#[tokio::test]
async fn a_half_open_check_ends_in_a_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    assert_eq!(
        check(at, json!({"type": "tcp", "half_open": true})).await,
        Ok("connected and reset".to_owned())
    );
    let (mut stream, _) = listener.accept().await.unwrap();
    let reset = stream.read(&mut [0; 1]).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn the_body_of_http_is_matched_and_maintenance_is_named() {
    let ok = speaks(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nstatus: fine", true).await;
    for (more, expected) in [
        (json!({"expect_body": "fine"}), None),
        (json!({"expect_body_regex": "^status: (ok|fine)$"}), None),
        (json!({"expect_body": "bad"}), Some(FailureCode::PayloadContentMismatch)),
        (json!({"expect_body_regex": "^fine"}), Some(FailureCode::PayloadContentMismatch)),
        (json!({"expect_body": "fine", "expect_status": [204]}), Some(FailureCode::ResponseCodeMismatch)),
    ] {
        let mut monitor = more.clone();
        monitor["type"] = json!("http");
        assert_eq!(code(&check(ok, monitor).await), expected, "{more}");
    }
    let down = speaks(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", true).await;
    let seen =
        check(down, json!({"type": "http", "expect_status": ["5xx"], "maintenance_status": [503]})).await;
    let failure = seen.unwrap_err();
    assert_eq!(
        (failure.code, failure.detail.as_str()),
        (FailureCode::ResponseCodeMismatch, "status 503: in maintenance")
    );
}

/// A member whose root leads elsewhere, and that says what it was asked for.
async fn redirects(location: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let location = location.replace("PORT", &at.port().to_string());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap_or(0);
            let answer = if request[..length].starts_with(b"GET / ") {
                format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")
            } else {
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone".to_owned()
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    at
}

#[tokio::test]
async fn redirects_are_followed_when_asked_and_only_at_the_member_itself() {
    let http = |follow: u8| json!({"type": "http", "follow_redirects": follow, "expect_status": ["2xx"]});
    for location in ["/next", "http://other.test:PORT/next"] {
        let at = redirects(location.to_owned()).await;
        assert_eq!(check(at, http(1)).await, Ok("status 200".to_owned()), "{location}");
        assert_eq!(code(&check(at, http(0)).await), Some(FailureCode::ResponseCodeMismatch));
    }
    for location in ["http://192.0.2.1/next", "https://127.0.0.1:PORT/next", "/"] {
        let at = redirects(location.to_owned()).await;
        let seen = check(at, http(5)).await;
        assert_eq!(seen.unwrap_err().detail, "status 302", "{location}");
    }
}

#[tokio::test]
async fn secrets_are_sent_and_never_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let member = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=1\r\nContent-Length: 11\r\n\r\nyou: hunter2")
            .await
            .unwrap();
        String::from_utf8(request[..length].to_vec()).unwrap()
    });
    let tools = tools()
        .with_secrets(Arc::new(|name| (name.as_str() == "pw").then(|| Zeroizing::new("hunter2".to_owned()))));
    let network = Network::new(tools);
    let more = json!({"type": "http", "auth": {"basic": {"user": "me", "password": {"secret": "pw"}}},
                      "headers": [{"name": "X-Key", "secret": "pw"}, {"name": "X-Open", "value": "yes"}]});
    let trace = Trace::on();
    network.check(&target(at, more), &trace).await.unwrap();
    let request = member.await.unwrap();
    assert!(request.contains("authorization: Basic bWU6aHVudGVyMg==\r\n"), "{request}");
    assert!(request.contains("x-key: hunter2\r\n") && request.contains("x-open: yes\r\n"));
    let shown = format!("{:?}", trace.into_steps());
    assert!(shown.contains("x-open: yes") && shown.contains("x-key: (secret)"), "{shown}");
    for hidden in ["hunter2", "bWU6", "sid=1"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    // A secret that is not there is this server's fault, not the member's.
    let missing = json!({"type": "http", "auth": {"bearer": {"secret": "other"}}});
    let failure = network.check(&target(at, missing), &Trace::off()).await.unwrap_err();
    assert!(failure.code.is_local() && failure.detail.contains("other"), "{failure:?}");
}

/// Authority, certificate and key of a member for `name`, valid for so many days.
struct Issued {
    ca: String,
    config: Arc<ServerConfig>,
}

fn issue(name: &str, days: i64) -> Issued {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let now = std::time::SystemTime::now();
    let day = Duration::from_secs(86_400);
    params.not_before = (now - 400 * day).into();
    params.not_after = if days < 0 { now - day * (-days) as u32 } else { now + day * days as u32 }.into();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
        )
        .unwrap();
    Issued { ca: authority.pem(), config: Arc::new(config) }
}

/// A member that answers HTTP over TLS.
async fn secure(config: Arc<ServerConfig>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            });
        }
    });
    at
}

#[tokio::test]
async fn https_and_tls_judge_the_certificate() {
    use FailureCode::{SslCertError, SslError};
    let good = issue("hello.example.org", 40);
    let at = secure(good.config).await;
    let expired = issue("hello.example.org", -2);
    let expired_at = secure(expired.config).await;
    let clear = speaks(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", true).await;
    for (at, tls, expected) in [
        (at, json!({"ca": good.ca}), None),
        (at, json!({"ca": good.ca, "minimum_days": 30}), None),
        (at, json!({"ca": good.ca, "minimum_days": 60}), Some(SslCertError)),
        (at, json!({"ca": good.ca, "server_name": "other.example.org"}), Some(SslCertError)),
        (at, json!({}), Some(SslCertError)),
        (at, json!({"verify": false}), None),
        (expired_at, json!({"ca": expired.ca}), Some(SslCertError)),
        (expired_at, json!({"verify": false}), None),
        (expired_at, json!({"verify": false, "minimum_days": 1}), Some(SslCertError)),
        (clear, json!({"verify": false}), Some(SslError)),
    ] {
        for kind in ["https", "tls"] {
            let seen = check(at, json!({"type": kind, "tls": tls})).await;
            assert_eq!(code(&seen), expected, "{kind} {tls}: {seen:?}");
        }
    }
    let seen = check(at, json!({"type": "tls", "tls": {"ca": good.ca}})).await.unwrap();
    assert!(seen.contains("certificate valid for 39 days") || seen.contains("for 40 days"), "{seen}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_ends_at_the_deadline() {
    let at = speaks(b"", false).await;
    let start = Instant::now();
    let seen = check(at, json!({"type": "tls", "timeout": "200ms"})).await;
    assert_eq!(code(&seen), Some(FailureCode::SslError));
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn udp_hears_an_answer_a_refusal_or_nothing() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let member = tokio::spawn(async move {
        let mut datagram = [0; 64];
        loop {
            let (length, from) = socket.recv_from(&mut datagram).await.unwrap();
            if datagram[..length] == *b"ask" {
                socket.send_to(b"answer", from).await.unwrap();
            }
        }
    });
    let udp = |send: &str, expect: Option<&str>| json!({"type": "udp", "send": send, "expect": expect, "timeout": "300ms"});
    assert!(check(at, udp("ask", Some("swer"))).await.is_ok());
    assert_eq!(code(&check(at, udp("ask", Some("no"))).await), Some(FailureCode::PayloadContentMismatch));
    assert_eq!(code(&check(at, udp("other", Some("swer"))).await), Some(FailureCode::NoResponse));
    assert_eq!(check(at, udp("other", None)).await, Ok("sent and not refused".to_owned()));
    member.abort();
    let _ = member.await;
    for expect in [None, Some("swer")] {
        assert_eq!(code(&check(at, udp("ask", expect)).await), Some(FailureCode::PortUnreachable));
    }
}

/// A name server that answers every query over UDP with `flags` and one A record, and over TCP with the record alone.
async fn name_server(flags: u16, address: [u8; 4]) -> SocketAddr {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(at).await.unwrap();
    let answer = move |query: &[u8], flags: u16| {
        let mut answer = query.to_vec();
        answer[2..4].copy_from_slice(&flags.to_be_bytes());
        // No record with TC or an error.
        if flags & 0x020f == 0 {
            answer[7] = 1;
            answer.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]);
            answer.extend_from_slice(&address);
        }
        answer
    };
    tokio::spawn(async move {
        let mut query = [0; 512];
        while let Ok((length, from)) = udp.recv_from(&mut query).await {
            let _ = udp.send_to(&answer(&query[..length], flags), from).await;
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let length = stream.read_u16().await.unwrap();
            let mut query = vec![0; length.into()];
            stream.read_exact(&mut query).await.unwrap();
            let answer = answer(&query, 0x8400);
            stream.write_u16(answer.len() as u16).await.unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    at
}

#[tokio::test]
async fn dns_compares_code_and_records_and_asks_again_over_tcp() {
    use FailureCode::{PayloadContentMismatch, ResponseCodeMismatch};
    let (ok, gone, long) = (0x8400, 0x8403, 0x8600);
    for (flags, query, expected) in [
        (ok, json!({"name": "a.test"}), None),
        (ok, json!({"name": "a.test", "answer": "192.0.2.7"}), None),
        (ok, json!({"name": "a.test", "answer": "192.0.2.8"}), Some(PayloadContentMismatch)),
        (ok, json!({"name": "a.test", "type": "TXT"}), Some(PayloadContentMismatch)),
        (gone, json!({"name": "a.test"}), Some(ResponseCodeMismatch)),
        (gone, json!({"name": "a.test", "rcode": "NXDOMAIN"}), None),
        (ok, json!({"name": "a.test", "rcode": "NXDOMAIN"}), Some(ResponseCodeMismatch)),
        (long, json!({"name": "a.test", "answer": "192.0.2.7"}), None),
    ] {
        let at = name_server(flags, [192, 0, 2, 7]).await;
        let seen = check(at, json!({"type": "dns", "query": query})).await;
        assert_eq!(code(&seen), expected, "{flags:x} {query}: {seen:?}");
    }
}

/// A gRPC server that answers every call with this message and trailer.
async fn grpc(message: &'static [u8], status: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    assert_eq!(request.uri().path(), "/grpc.health.v1.Health/Check");
                    let response = http::Response::builder()
                        .header("content-type", "application/grpc")
                        .body(())
                        .unwrap();
                    let mut body = respond.send_response(response, false).unwrap();
                    body.send_data(bytes::Bytes::from_static(message), false).unwrap();
                    let mut trailers = http::HeaderMap::new();
                    trailers.insert("grpc-status", http::HeaderValue::from_static(status));
                    body.send_trailers(trailers).unwrap();
                }
            });
        }
    });
    at
}

#[tokio::test]
async fn grpc_health_is_serving_or_is_not() {
    use FailureCode::{OtherError, PayloadContentMismatch, ResponseCodeMismatch};
    for (message, status, expected) in [
        (&[0, 0, 0, 0, 2, 8, 1][..], "0", None),
        (&[0, 0, 0, 0, 2, 8, 2], "0", Some(PayloadContentMismatch)),
        (&[0, 0, 0, 0, 0], "0", Some(PayloadContentMismatch)),
        (&[], "5", Some(ResponseCodeMismatch)),
        (&[9], "0", Some(OtherError)),
    ] {
        let seen = check(grpc(message, status).await, json!({"type": "grpc", "service": "shop"})).await;
        assert_eq!(code(&seen), expected, "{message:?}: {seen:?}");
    }
    let http1 = speaks(b"HTTP/1.1 400 Bad Request\r\n\r\n", true).await;
    assert_eq!(code(&check(http1, json!({"type": "grpc"})).await), Some(OtherError));
}

#[tokio::test]
async fn icmp_hears_loopback_or_has_no_right_to() {
    let seen = check("127.0.0.1:1".parse().unwrap(), json!({"type": "icmp"})).await;
    match seen {
        Ok(detail) => assert!(detail.starts_with("reply in "), "{detail}"),
        Err(failure) => {
            assert!(failure.code.is_local() && failure.detail.contains("CAP_NET_RAW"), "{failure:?}")
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_permitted_is_not_dialled_by_any_type() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let network = Network::new(Tools::new(Policy::default()));
    for more in [
        json!({"type": "http"}),
        json!({"type": "https"}),
        json!({"type": "tcp"}),
        json!({"type": "tls"}),
        json!({"type": "udp", "send": "x"}),
        json!({"type": "dns", "query": {"name": "a.test"}}),
        json!({"type": "icmp"}),
        json!({"type": "grpc"}),
    ] {
        let failure = network.check(&target(at, more.clone()), &Trace::off()).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::AddressError, "{more}");
        assert!(failure.code.is_local() && failure.detail.contains("health.allow"), "{failure:?}");
    }
    // Nothing had reached the listener when the last was refused.
    let accepted =
        std::future::poll_fn(|cx| std::task::Poll::Ready(listener.poll_accept(cx).is_ready())).await;
    assert!(!accepted);
}
