//! Checks over real sockets, against members that answer well, badly, slowly, or not at all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use health::probe::{Failure, Network, Policy, Probe, Seen, Tools, Trace};
use health::target::Target;
use model::config::Monitor;
use model::health::FailureCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// What a member does with the connection of a check.
enum Does {
    /// Writes this and closes.
    Writes(Vec<u8>),
    /// Writes this and keeps the connection open.
    Stalls(&'static [u8]),
    /// Resets the connection once the request came.
    Resets,
}

fn writes(text: &str) -> Does {
    Does::Writes(text.as_bytes().to_vec())
}

/// Takes the request of one connection, does as told, and gives the request back.
async fn serve(listener: TcpListener, does: Does, request: oneshot::Sender<String>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let _ = request.send(read_request(&mut stream).await);
    match does {
        Does::Writes(text) => {
            let _ = stream.write_all(&text).await;
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0; 64]).await;
        }
        Does::Stalls(text) => {
            stream.write_all(text).await.unwrap();
            let _ = stream.read(&mut [0; 64]).await;
        }
        Does::Resets => stream.set_zero_linger().unwrap(),
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(octet) => request.push(octet),
            Err(_) => break,
        }
    }
    String::from_utf8(request).unwrap()
}

fn target(at: SocketAddr, more: serde_json::Value) -> Target {
    let mut monitor =
        json!({"name": "m", "type": "http", "port": at.port(), "interval": "20s", "timeout": "10s"});
    monitor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let monitor: Monitor = serde_json::from_value(monitor).unwrap();
    Target::new(at.ip(), "hello.example.org", Arc::new(monitor))
}

/// The result of one HTTP check, and the request the member got.
async fn check(does: Does, more: serde_json::Value) -> (Seen, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = target(listener.local_addr().unwrap(), more);
    let (sender, request) = oneshot::channel();
    let member = tokio::spawn(serve(listener, does, sender));
    let seen = network().check(&target, &Trace::off()).await;
    let request = request.await.unwrap_or_default();
    member.await.unwrap();
    (seen, request)
}

/// Checks that may dial loopback.
fn network() -> Network {
    Network::new(Tools::new(Policy::new(vec!["127.0.0.0/8".parse().unwrap()], Vec::new())))
}

fn code(seen: &Seen) -> Option<FailureCode> {
    seen.as_ref().err().map(|failure| failure.code)
}

#[tokio::test]
async fn the_status_decides() {
    let (two, all) = (json!({}), json!({"expect_status": ["2xx", 404]}));
    for (answer, more, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", &two, Ok("status 200")),
        ("HTTP/1.1 204 No Content\r\n\r\n", &two, Ok("status 204")),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", &two, Ok("status 200")),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
            &two,
            Ok("status 302"),
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &two, Ok("status 200")),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", &two, Err("status 404")),
        ("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", &two, Err("status 503")),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", &all, Ok("status 404")),
        ("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", &all, Err("status 302")),
    ] {
        let (seen, _) = check(writes(answer), more.clone()).await;
        let expected = expected
            .map(str::to_owned)
            .map_err(|detail| Failure::new(FailureCode::ResponseCodeMismatch, detail));
        assert_eq!(seen, expected, "{answer:?} {more}");
    }
}

#[tokio::test]
async fn the_request_is_the_monitor_s() {
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let (_, request) = check(writes(ok), json!({})).await;
    assert!(request.starts_with("GET / HTTP/1.1\r\n"), "{request}");
    for line in ["host: hello.example.org", "connection: close", "user-agent: steelyard-health/1"] {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{line} in {request}");
    }
    let (seen, request) = check(writes(ok), json!({"request": "HEAD /ready?deep=1 HTTP/1.0"})).await;
    assert!(request.starts_with("HEAD /ready?deep=1 HTTP/1.0\r\n"), "{request}");
    assert!(seen.is_ok());
}

#[tokio::test]
async fn a_head_answer_has_no_body_to_wait_for() {
    let answer = Does::Stalls(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
    let (seen, _) = check(answer, json!({"request": "HEAD / HTTP/1.1"})).await;
    assert_eq!(seen, Ok("status 200".to_owned()));
}

#[tokio::test]
async fn a_body_is_read_to_64_kib_and_no_further() {
    let mut long = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".to_vec();
    long.resize(long.len() + 8 * 1024 * 1024, b'x');
    let (seen, _) = check(Does::Writes(long), json!({})).await;
    assert_eq!(seen, Ok("status 200".to_owned()));
}

#[tokio::test]
async fn an_answer_that_is_none_is_named() {
    for (does, expected) in [
        (writes("SSH-2.0-OpenSSH_9.6\r\n"), FailureCode::OtherError),
        (writes("\u{1}\u{2}\u{3}\r\n\r\n"), FailureCode::OtherError),
        (writes(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(300_000))), FailureCode::OtherError),
        (writes("HTTP/1.1 200 OK\r\nContent-Le"), FailureCode::OtherError),
        (writes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"), FailureCode::OtherError),
        (writes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), FailureCode::OtherError),
        (writes(""), FailureCode::NoResponse),
        (Does::Resets, FailureCode::ConnectionReset),
    ] {
        let (seen, _) = check(does, json!({})).await;
        assert_eq!(code(&seen), Some(expected), "{seen:?}");
    }
}

#[tokio::test]
async fn silence_and_a_stalled_answer_are_told_apart_within_one_deadline() {
    let stall = |text: &'static [u8]| check(Does::Stalls(text), json!({"timeout": "1s"}));
    let (silent, head, body) = tokio::join!(
        stall(b""),
        stall(b"HTTP/1.1 200 O"),
        stall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"),
    );
    assert_eq!(silent.0, Err(Failure::new(FailureCode::NoResponse, "no answer within 1s")));
    let stalled = Failure::new(FailureCode::PayloadTimeout, "the answer did not end within 1s");
    assert_eq!((head.0, body.0), (Err(stalled.clone()), Err(stalled)));
    // The status alone decides against a member, whatever of the body is missing.
    let (seen, _) = stall(b"HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\n").await;
    assert_eq!(code(&seen), Some(FailureCode::ResponseCodeMismatch));
}

#[tokio::test]
async fn a_closed_port_refuses_both_kinds() {
    // Bound and not listening: nobody else can take the port meanwhile.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let at = socket.local_addr().unwrap();
    for kind in ["http", "tcp"] {
        let seen = network().check(&target(at, json!({"type": kind})), &Trace::off()).await;
        assert_eq!(seen, Err(Failure::new(FailureCode::ConnectionRefused, "connection refused")));
    }
}

#[tokio::test]
async fn tcp_asks_for_a_connection_and_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = target(listener.local_addr().unwrap(), json!({"type": "tcp"}));
    assert_eq!(network().check(&target, &Trace::off()).await, Ok("connected".to_owned()));
    let (mut stream, _) = listener.accept().await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0, "closed without an octet");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_backlog_times_out_as_a_connection() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let at = listener.local_addr().unwrap();
    // Connections that are never accepted fill the queue; the system then drops the next one's packets.
    let mut held = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(at)).await
    {
        held.push(stream);
        assert!(held.len() < 100, "the backlog never fills");
    }
    let seen = network().check(&target(at, json!({"timeout": "150ms"})), &Trace::off()).await;
    let expected = Failure::new(FailureCode::ConnectionTimeout, "no connection within 150ms");
    assert_eq!(seen, Err(expected));
}
