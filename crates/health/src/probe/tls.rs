//! A TLS handshake (1.2 or 1.3), and the certificate the member shows.

mod config;

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use model::health::FailureCode;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Check, Failure, Seen, tcp};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Makes a handshake and says how long the certificate is valid.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let stream = tcp::connect(&check).await?;
    let stream = handshake(&check, stream, &[]).await?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version().and_then(|v| v.as_str()).unwrap_or("TLS");
    let left = session.peer_certificates().and_then(|chain| chain.first()).and_then(days_left);
    Ok(match left {
        Some(days) => format!("{version}, certificate valid for {days} days"),
        None => version.to_owned(),
    })
}

/// A session over the connection. The certificate is judged by the monitor's settings, its days included.
pub(super) async fn handshake(
    check: &Check<'_>,
    stream: TcpStream,
    protocols: &[&[u8]],
) -> Result<TlsStream<TcpStream>, Failure> {
    let settings = check.target.monitor.tls.as_ref();
    let asked = settings.and_then(|tls| tls.server_name.as_deref()).unwrap_or(&check.target.host);
    let host = host_only(asked);
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        Failure::new(FailureCode::SslError, format!("{host:?} cannot be asked for: give tls.server_name"))
    })?;
    let config = config::of(check, protocols)?;
    check.trace.note("TLS", || format!("handshake for {host}"));
    let session = match timeout_at(check.deadline, TlsConnector::from(config).connect(name, stream)).await {
        Ok(session) => session.map_err(|error| of_io(&error))?,
        Err(_) => {
            let detail = format!("no handshake within {}", check.target.monitor.timeout);
            return Err(Failure::new(FailureCode::SslError, detail));
        }
    };
    let leaf = session.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let left = leaf.and_then(days_left);
    check.trace.note("TLS", || {
        let session = session.get_ref().1;
        let version = session.protocol_version().and_then(|v| v.as_str()).unwrap_or("unknown version");
        let suite = session.negotiated_cipher_suite().map(|s| format!("{:?}", s.suite())).unwrap_or_default();
        let days = left.map(|days| format!(", certificate valid for {days} days")).unwrap_or_default();
        format!("{version} {suite}{days}")
    });
    if let Some(wanted) = settings.and_then(|tls| tls.minimum_days) {
        match left {
            Some(days) if days >= i64::from(wanted) => {}
            Some(days) if days < 0 => {
                let detail = format!("the certificate expired {} days ago", -days);
                return Err(Failure::new(FailureCode::SslCertError, detail));
            }
            Some(days) => {
                let detail = format!("the certificate is valid for {days} more days, {wanted} are asked for");
                return Err(Failure::new(FailureCode::SslCertError, detail));
            }
            None => return Err(Failure::new(FailureCode::SslCertError, "the certificate cannot be read")),
        }
    }
    Ok(session)
}

/// A Host header without its port and an address without its brackets.
fn host_only(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whole days until a certificate ends; negative when it has.
fn days_left(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() as i64;
    Some((read.validity().not_after.timestamp() - now).div_euclid(DAY))
}

/// Names what the handshake failed at.
fn of_io(error: &io::Error) -> Failure {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Failure::new(FailureCode::SslError, "the connection closed during the handshake")
            }
            _ => Failure::of_io(error),
        };
    };
    let code = match tls {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            FailureCode::SslCertError
        }
        _ => FailureCode::SslError,
    };
    Failure::new(code, tls.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_without_its_port() {
        for (host, name) in [
            ("a.test", "a.test"),
            ("a.test:8443", "a.test"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(host_only(host), name);
        }
    }
}
