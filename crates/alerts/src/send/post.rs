//! A POST over HTTP/1.1: no redirects, no proxy, one connection for each, and the answer's body is not read.

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{Failure, Outside, Sent};
use crate::network::{Network, Reach};
use crate::tls;

/// Posts JSON. No message of a failure shows the address: it may be the secret.
pub async fn post(
    outside: &Outside,
    url: &str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
) -> Result<Sent, Failure> {
    judge(status_of(&outside.network, url, headers, body).await?)
}

/// Posts JSON to somebody who is asked something, and gives the status of the answer. `authorization` is sent as the
/// header of that name. Neither it nor the address is in a message of a failure; the caller bounds the time.
pub async fn ask(
    network: &Network,
    url: &str,
    authorization: Option<&str>,
    body: Vec<u8>,
) -> Result<u16, Failure> {
    let mut headers = Vec::new();
    if let Some(value) = authorization {
        let wrong = |_| Failure::lasting("the secret for Authorization is none a header can have");
        let mut value = HeaderValue::from_str(value.trim()).map_err(wrong)?;
        value.set_sensitive(true);
        headers.push((AUTHORIZATION, value));
    }
    Ok(status_of(network, url, headers, body).await?.as_u16())
}

async fn status_of(
    network: &Network,
    url: &str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
) -> Result<StatusCode, Failure> {
    let url = url.trim();
    let wrong =
        || Failure::lasting("the address is none: it begins with https:// or http:// and names a host");
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let authority = uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(wrong)?.clone();
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(wrong()),
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path)
        .header(HOST, authority.as_str())
        .header(USER_AGENT, concat!("steelyard/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| wrong())?;
    request.headers_mut().extend(headers);
    let stream = network.connect(&host, port, Reach::Public).await?;
    if secure {
        exchange(tls::over(stream, &host, None).await?, request).await
    } else {
        exchange(stream, request).await
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Failure> {
    let broken = |error: hyper::Error| {
        let why =
            if error.is_parse() { "the answer is no HTTP" } else { "the connection ended before an answer" };
        Failure::passing(why)
    };
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::pin!(connection);
    let sending = sender.send_request(request);
    tokio::pin!(sending);
    // Both end with this future, so that nothing of a try outlives its deadline.
    let response = tokio::select! {
        response = &mut sending => response,
        _ = &mut connection => sending.await,
    };
    Ok(response.map_err(broken)?.status())
}

fn judge(status: StatusCode) -> Result<Sent, Failure> {
    let code = status.as_u16().to_string();
    if status.is_success() {
        return Ok(Sent::with(code));
    }
    let note = if status.is_redirection() {
        "the receiver redirects, which is not followed: give the address it means"
    } else if status.is_client_error() {
        "the receiver refused"
    } else {
        "the receiver failed"
    };
    let soon = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    let lasting = !status.is_server_error() && !soon.contains(&status);
    Err(Failure { code, note: note.to_owned(), lasting })
}
