//! A mail relay.

use model::occurrence::{Kind, Outcome};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::rig::{Rig, channel, event};

/// Takes one session, answers MAIL as it is told, and gives what it was said.
async fn relay(mail: &'static str) -> (std::net::SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let session = tokio::spawn(async move {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        let mut said = Vec::new();
        stream.write_all(b"220 relay\r\n").await.unwrap();
        let mut in_data = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return said;
            }
            let line = line.trim_end().to_owned();
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                _ if in_data && line == "." => "250 2.0.0 taken",
                _ if in_data => "",
                "EHLO" => "250-relay\r\n250 8BITMIME",
                "MAIL" => mail,
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            in_data = (in_data && line != ".") || line == "DATA";
            said.push(line);
            if !answer.is_empty() {
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes()).await;
            }
        }
    });
    (address, session)
}

fn via(address: std::net::SocketAddr, more: serde_json::Value) -> model::config::Config {
    let mut mail = json!({"host": address.ip().to_string(), "port": address.port(), "tls": "none",
                          "from": "gslb@example.org", "to": ["noc@example.org", "boss@example.org"]});
    mail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    channel(json!({"email": mail}))
}

#[tokio::test]
async fn a_mail_says_what_happened_to_everybody() {
    let (address, session) = relay("250 fine").await;
    let rig = Rig::new();
    let engine = rig.start(&via(address, json!({})));
    engine.take(&event(1, Kind::GsDown));
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Delivered, "250"), "{delivery:?}");
    let said = session.await.unwrap();
    let text = said.join("\n");
    for wanted in [
        "EHLO leader",
        "RCPT TO:<noc@example.org>",
        "RCPT TO:<boss@example.org>",
        "Subject: [LOW] GS_SERVICE_DOWN hello.avi.iberia.local",
        "The service hello.avi.iberia.local is now down.",
        "Rule: all",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[tokio::test]
async fn what_the_relay_refuses_for_good_is_not_tried_again() {
    let (address, _session) = relay("550 no").await;
    let rig = Rig::new();
    let engine = rig.start(&via(address, json!({})));
    engine.take(&event(1, Kind::GsDown));
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Failed, "550"), "{delivery:?}");
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_no_password_either() {
    let (address, session) = relay("250 fine").await;
    let rig = Rig::new().secret("mail", "s3cret");
    let engine = rig.start(&via(address, json!({"tls": "starttls", "user": "u", "password_secret": "mail"})));
    engine.take(&event(1, Kind::GsDown));
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!(delivery.outcome, Outcome::Failed);
    assert!(delivery.note.contains("STARTTLS"), "{delivery:?}");
    let said = session.await.unwrap();
    assert!(!said.iter().any(|line| line.starts_with("MAIL") || line.starts_with("AUTH")), "{said:?}");
}
