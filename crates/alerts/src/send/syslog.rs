//! RFC 5424 messages: a datagram, or counted octets over TCP or TLS.

use std::fmt::Write;

use model::check::split_address;
use model::config::{Syslog, SyslogTransport};
use model::occurrence::Level;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::message::rfc3339;
use super::{Failure, Outside, Sent};
use crate::alert::Alert;
use crate::network::Reach;
use crate::tls;

/// Longest datagram, octets, that receivers should take (RFC 5426 section 3.2).
const MAX_DATAGRAM: usize = 2048;

/// Name of the structured data; 32473 is the number that is free for all (RFC 5612).
const ELEMENT: &str = "steelyard@32473";

pub async fn send(outside: &Outside, syslog: &Syslog, alert: &Alert) -> Result<Sent, Failure> {
    let (host, port) = split_address(&syslog.address, None).map_err(Failure::lasting)?;
    let text = message(syslog, alert);
    if syslog.transport == SyslogTransport::Udp {
        let socket = outside.network.datagrams(host, port, Reach::Private).await?;
        let end = floor_boundary(&text, MAX_DATAGRAM);
        let sent = socket.send(&text.as_bytes()[..end]).await;
        sent.map_err(|error| Failure::passing(format!("it cannot be sent: {}", error.kind())))?;
        return Ok(Sent::with("sent"));
    }
    let stream = outside.network.connect(host, port, Reach::Private).await?;
    if syslog.transport == SyslogTransport::Tls {
        write(tls::over(stream, host, syslog.ca.as_deref()).await?, &text).await
    } else {
        write(stream, &text).await
    }
}

/// Writes one frame (RFC 6587 section 3.4.1) and ends the connection in order, so that nothing of it is lost.
async fn write(mut stream: impl AsyncWrite + Unpin, text: &str) -> Result<Sent, Failure> {
    let written = async {
        stream.write_all(format!("{} {text}", text.len()).as_bytes()).await?;
        stream.flush().await?;
        stream.shutdown().await
    };
    written.await.map_err(|error| Failure::passing(format!("the connection broke: {}", error.kind())))?;
    Ok(Sent::with("sent"))
}

/// The message of an alert's last event.
pub fn message(syslog: &Syslog, alert: &Alert) -> String {
    let last = &alert.last;
    // Severities of RFC 5424 section 6.2.1: critical, warning and notice for bad news, informational for good.
    let severity = match (last.kind.is_good(), alert.level) {
        (true, _) => 6,
        (false, Level::High) => 2,
        (false, Level::Medium) => 4,
        (false, Level::Low) => 5,
    };
    let priority = syslog.facility.number() * 8 + severity;
    let mut text = format!("<{priority}>1 {} {} steelyard - {} ", rfc3339(last.at), last.site, last.kind);
    let _ = write!(text, "[{ELEMENT}");
    let some = |value: Option<String>| value.filter(|value| !value.is_empty());
    let parameters = [
        ("level", Some(alert.level.as_str().to_owned())),
        ("rule", alert.rule.as_ref().map(ToString::to_string)),
        ("service", last.service.as_ref().map(ToString::to_string)),
        ("pool", last.pool.as_ref().map(ToString::to_string)),
        ("member", last.member.map(|member| member.to_string())),
        ("failure", some(last.detail("failure").map(ToOwned::to_owned))),
        ("count", Some((alert.before.len() + 1).to_string())),
        ("throttled", (alert.throttled > 0).then(|| alert.throttled.to_string())),
        ("generation", Some(last.generation.to_string())),
    ];
    for (name, value) in parameters.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let _ = write!(text, " {name}=\"{}\"", escaped(&value));
    }
    // The byte order mark says that the rest is UTF-8 (section 6.4).
    let _ = write!(text, "] \u{feff}{}", last.text.replace(char::is_control, " "));
    text
}

/// A value of structured data (section 6.3.3).
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]").replace(char::is_control, " ")
}

/// The largest length of at most `max` octets that does not cut a character.
fn floor_boundary(text: &str, max: usize) -> usize {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}
