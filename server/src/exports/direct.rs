//! An export as the answer to the request that asked for it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use http_body_util::BodyExt;
use store::Store;

use super::encode::{self, Piece};
use super::live::{Counting, Live, Outcome};
use super::media_type;
use super::wish::Wish;
use crate::access::Actor;
use crate::clock;
use crate::http::problem::Failure;
use crate::site::Site;

/// Rows: how many there are in the head of the answer, how many there were behind its end.
pub const ROWS: HeaderName = HeaderName::from_static("x-steelyard-rows");
/// SHA-256 of the body in hexadecimal, behind its end.
pub const SHA256: HeaderName = HeaderName::from_static("x-steelyard-sha256");
/// Number of the export, under which its record is found.
pub const EXPORT: HeaderName = HeaderName::from_static("x-steelyard-export");

/// Longest that a download waits for rows that are still on their way to storage.
const PATIENCE: Duration = Duration::from_secs(10);

/// Begins an export and gives the answer that carries it. `key` is what a browser asks for its progress under.
pub async fn begin(site: &Site, actor: &Actor, wish: Wish, key: &str) -> Result<Response, Failure> {
    site.rows_until(wish.query.to, PATIENCE).await;
    // PostgreSQL looks for the first rows while it counts all of them.
    let (total, batches) = futures::try_join!(site.store.count(&wish.query), site.store.export(&wish.query))?;
    let pieces = encode::pieces(batches, wish.format, wish.columns)?;
    let id = site.store.add_export(&wish.new).await?;
    site.store.set_export_total(id, total).await?;
    audit(site, actor, "export.download", id).await;
    let live = Live::new(id, &actor.name, key);
    live.expect(total);
    let live = site.exports.follow(live);
    let body = Body::from_stream(followed(live.clone(), site.store.clone(), pieces));
    let body = Body::new(body.with_trailers(async move { trailers(&live).map(Ok) }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(wish.format)));
    headers.insert(header::CONTENT_DISPOSITION, attachment(wish.query.from, wish.format.as_str()));
    headers.insert(header::TRAILER, HeaderValue::from_static("x-steelyard-rows, x-steelyard-sha256"));
    headers.insert(ROWS, HeaderValue::from(total));
    headers.insert(EXPORT, HeaderValue::from(id));
    Ok(response)
}

/// A file's name that says what is in it: the start of its window.
pub fn attachment(from: i64, format: &str) -> HeaderValue {
    let stamp: String = clock::rfc3339(from).chars().filter(char::is_ascii_digit).take(14).collect();
    let text = format!("attachment; filename=\"steelyard-{stamp}.{format}\"");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

/// Notes who exported; an audit trail that cannot be written stops nobody from reading what they may read.
pub async fn audit(site: &Site, actor: &Actor, action: &str, id: i64) {
    if let Err(error) = site.store.audit(site.now(), &actor.name, action, &id.to_string(), "").await {
        tracing::warn!(%error, action, id, "the audit trail could not be written");
    }
}

fn trailers(live: &Live) -> Option<HeaderMap> {
    let end = live.end()?;
    let sha256 = HeaderValue::from_str(end.sha256.as_ref()?).ok()?;
    Some(HeaderMap::from_iter([(ROWS, HeaderValue::from(end.rows)), (SHA256, sha256)]))
}

/// Ends the export also when its reader goes away in the middle.
struct Following {
    live: Arc<Live>,
    store: Store,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.live.finish(&self.store, Outcome::Cancelled("the reader went away"));
    }
}

/// Passes pieces on, and notes how far they have come and how they end.
fn followed(
    live: Arc<Live>,
    store: Store,
    pieces: impl Stream<Item = anyhow::Result<Piece>> + Send + 'static,
) -> impl Stream<Item = anyhow::Result<Bytes>> + Send {
    let following = Following { live, store };
    let state = Some((Box::pin(pieces), Counting::new(), following));
    futures::stream::unfold(state, |state| async move {
        let (mut pieces, mut counting, following) = state?;
        let live = &following.live;
        let piece = tokio::select! {
            piece = pieces.next() => piece,
            () = live.cancel.cancelled() => {
                live.finish(&following.store, Outcome::Cancelled("it was cancelled"));
                return Some((Err(anyhow::anyhow!("the export was cancelled")), None));
            }
        };
        match piece {
            Some(Ok(piece)) => {
                counting.pass(live, &piece);
                Some((Ok(piece.octets), Some((pieces, counting, following))))
            }
            Some(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), id = live.id, "an export broke off");
                live.finish(&following.store, Outcome::Failed(format!("{error:#}")));
                Some((Err(error), None))
            }
            None => {
                let sha256 = counting.sha256();
                live.finish(&following.store, Outcome::Done { sha256, expires: None });
                None
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use api::export::ExportState;
    use store::Options;

    use super::*;
    use crate::exports::Exports;

    fn store() -> Store {
        Store::open("postgres://nobody@127.0.0.1:1/none", Options { site: "leader".into() }).unwrap()
    }

    fn pieces(
        list: &[Result<&'static str, &'static str>],
    ) -> impl Stream<Item = anyhow::Result<Piece>> + Send + use<> {
        let piece = |(i, piece): (usize, &Result<&'static str, &'static str>)| match piece {
            Ok(text) => Ok(Piece { octets: Bytes::from_static(text.as_bytes()), rows: i as u64 }),
            Err(text) => Err(anyhow::anyhow!(*text)),
        };
        futures::stream::iter(list.iter().enumerate().map(piece).collect::<Vec<_>>())
    }

    fn begun(exports: &Exports, key: &str) -> Arc<Live> {
        let live = Live::new(7, "ana", key);
        live.expect(2);
        exports.follow(live)
    }

    #[tokio::test]
    async fn an_export_is_followed_to_its_end_by_its_owner_alone() {
        let exports = Exports::new(std::path::Path::new("/nowhere"));
        let live = begun(&exports, "k1");
        let stream = followed(live.clone(), store(), pieces(&[Ok("a"), Ok("b"), Ok("c")]));
        let mut stream = Box::pin(stream);
        assert!(stream.next().await.is_some() && stream.next().await.is_some());
        let progress = exports.progress("ana", "k1").unwrap();
        assert_eq!((progress.sent, progress.total, progress.bytes, progress.ended), (1, 2, 2, false));
        assert_eq!(trailers(&live), None);
        while stream.next().await.is_some() {}
        let progress = exports.progress("ana", "k1").unwrap();
        assert_eq!((progress.sent, progress.ended, progress.complete), (2, true, true));
        // FIPS 180-2, appendix B.1: the digest of "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(progress.sha256.as_deref(), Some(abc));
        let trailers = trailers(&live).unwrap();
        assert_eq!((&trailers[ROWS], &trailers[SHA256]), (&"2".parse().unwrap(), &abc.parse().unwrap()));
        assert!(exports.progress("ben", "k1").is_none() && exports.progress("ana", "k2").is_none());
    }

    #[tokio::test]
    async fn an_export_that_breaks_is_given_up_or_cancelled_is_not_complete() {
        let exports = Exports::new(std::path::Path::new("/nowhere"));
        let broken = begun(&exports, "k1");
        let stream = followed(broken.clone(), store(), pieces(&[Ok("a"), Err("no more")]));
        assert_eq!(stream.collect::<Vec<_>>().await.len(), 2);
        let left = begun(&exports, "k2");
        drop(followed(left.clone(), store(), pieces(&[Ok("a")])));
        let cancelled = begun(&exports, "k3");
        cancelled.cancel.cancel();
        let stream = followed(cancelled.clone(), store(), futures::stream::pending());
        assert!(stream.collect::<Vec<_>>().await[0].is_err());
        let ends = [broken, left, cancelled].map(|live| {
            let end = live.end().unwrap().clone();
            (end.state, end.error.unwrap(), end.sha256)
        });
        assert_eq!(
            ends,
            [
                (ExportState::Failed, "no more".to_owned(), None),
                (ExportState::Cancelled, "the reader went away".to_owned(), None),
                (ExportState::Cancelled, "it was cancelled".to_owned(), None),
            ]
        );
    }
}
