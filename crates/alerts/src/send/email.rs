//! Mail through a relay, over a connection that the network policy made.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use model::config::{Email, EmailTls};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::message::{rfc3339, shown};
use super::{Failure, Outside, Sent};
use crate::alert::Alert;
use crate::network::Reach;
use crate::tls;

pub async fn send(outside: &Outside, mail: &Email, alert: &Alert) -> Result<Sent, Failure> {
    let message = message(mail, alert)?;
    let stream = outside.network.connect(&mail.host, mail.port(), Reach::Private).await?;
    let stream: Box<dyn AsyncTokioStream> = match mail.tls {
        EmailTls::Tls => Box::new(Secured(tls::over(stream, &mail.host, None).await?)),
        EmailTls::None | EmailTls::Starttls => Box::new(stream),
    };
    let hello = ClientId::Domain(outside.site.to_string());
    let mut connection =
        AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(failure)?;
    if mail.tls == EmailTls::Starttls {
        let parameters = TlsParameters::new_rustls(mail.host.clone()).map_err(failure)?;
        connection.starttls(parameters, &hello).await.map_err(failure)?;
    }
    if let (Some(user), Some(name)) = (&mail.user, &mail.password_secret) {
        let credentials = Credentials::new(user.clone(), outside.secret(name)?.to_string());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(failure)?;
    }
    let sent = connection.send(message.envelope(), &message.formatted()).await.map_err(failure)?;
    // The relay has the mail by now, whatever it says to the farewell.
    let _ = connection.quit().await;
    Ok(Sent::with(sent.code().to_string()))
}

fn message(mail: &Email, alert: &Alert) -> Result<Message, Failure> {
    let wrong = |what: &str| Failure::lasting(format!("{what} is no mail address"));
    let from: Mailbox = mail.from.parse().map_err(|_| wrong("from"))?;
    let level = alert.level.as_str().to_ascii_uppercase();
    let mut message = Message::builder()
        .from(Mailbox::new(Some("Steelyard".to_owned()), from.email))
        .subject(format!("[{level}] {}", alert.headline()));
    for to in &mail.to {
        message = message.to(to.parse().map_err(|_| wrong("to"))?);
    }
    let mut text = String::new();
    for event in shown(alert) {
        text.push_str(&format!("{}  {}\r\n{}\r\n\r\n", rfc3339(event.at), event.title(), event.text));
    }
    text.push_str(&format!("Site: {}\r\nRule: {}\r\n", alert.last.site, alert.rule_name()));
    if alert.throttled > 0 {
        text.push_str(&format!("Held back since the last one: {}\r\n", alert.throttled));
    }
    let message = message.header(ContentType::TEXT_PLAIN).body(text);
    message.map_err(|error| Failure::lasting(format!("the mail cannot be written: {error}")))
}

/// What a relay says no to for good is not tried again. Its words are not shown: they may quote the sign-in.
fn failure(error: Error) -> Failure {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    let note = if error.is_response() || !code.is_empty() {
        "the relay refused".to_owned()
    } else if error.is_tls() {
        "no TLS with the relay: its certificate does not stand for this host, or it speaks none".to_owned()
    } else if error.is_client() {
        format!("the relay does not offer what the channel asks for: {error}")
    } else {
        "the connection to the relay failed".to_owned()
    };
    Failure { code, note, lasting: error.is_permanent() || error.is_client() }
}

/// TLS from the first octet, as lettre wants to be given a stream.
struct Secured(TlsStream<TcpStream>);

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secured")
    }
}

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
