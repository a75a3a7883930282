//! One COPY out of PostgreSQL, read by a task of its own: rows are taken while others are written. Nothing is held but
//! a few batches, and a reader that goes away ends the COPY at once, also while PostgreSQL still looks for rows.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Stream, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};

use super::binary::{Batch, Reader};
use crate::error::StoreError;

/// Octets of a batch, about: PostgreSQL sends a message for each row.
const BATCH: usize = 128 << 10;
/// Batches that wait to be taken.
const AHEAD: usize = 2;

/// Rows on their way, oldest first.
#[derive(Debug)]
pub struct Batches(mpsc::Receiver<Result<Batch, StoreError>>);

impl Stream for Batches {
    type Item = Result<Batch, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// Begins a COPY. What PostgreSQL has against the statement is said before the first row.
pub async fn start(exports: &PgPool, quick: PgPool, sql: String) -> Result<Batches, StoreError> {
    let connection = exports.acquire().await?;
    let (begun, begins) = oneshot::channel();
    let (to, batches) = mpsc::channel(AHEAD);
    tokio::spawn(pump(connection, quick, sql, begun, to));
    begins.await.map_err(|_| StoreError::Away("the export could not begin".to_owned()))??;
    Ok(Batches(batches))
}

type Batched = mpsc::Sender<Result<Batch, StoreError>>;

async fn pump(
    mut connection: PoolConnection<Postgres>,
    quick: PgPool,
    sql: String,
    begun: oneshot::Sender<Result<(), StoreError>>,
    to: Batched,
) {
    let backend: Result<i32, _> =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *connection).await;
    let left = {
        let copied = async {
            let backend = backend?;
            Ok::<_, sqlx::Error>((backend, connection.copy_out_raw(&sql).await?))
        };
        match copied.await {
            Ok((backend, pieces)) => {
                let _ = begun.send(Ok(()));
                let to_closed = to.clone();
                tokio::select! {
                    ended = pass_on(pieces, &to) => match ended {
                        Ok(()) => Left::Whole,
                        Err(error) => {
                            let _ = to.send(Err(error)).await;
                            Left::Broken
                        }
                    },
                    () = to_closed.closed() => Left::Unread(backend),
                }
            }
            Err(error) => {
                let _ = begun.send(Err(error.into()));
                return;
            }
        }
    };
    if let Left::Unread(backend) = left {
        // The connection is still ours, and with it the process of this number.
        let _ = sqlx::query("SELECT pg_cancel_backend($1)").bind(backend).execute(&quick).await;
    }
    if !matches!(left, Left::Whole) {
        // Whatever is still on its way belongs to nobody: the connection is not used again.
        drop(connection.detach());
    }
}

enum Left {
    /// Everything was read.
    Whole,
    /// It broke off.
    Broken,
    /// Nobody reads any more what this process sends.
    Unread(i32),
}

async fn pass_on(
    mut pieces: impl Stream<Item = Result<bytes::Bytes, sqlx::Error>> + Unpin,
    to: &Batched,
) -> Result<(), StoreError> {
    let mut reader = Reader::default();
    while let Some(piece) = pieces.try_next().await? {
        reader.push(&piece)?;
        if reader.waiting() >= BATCH && to.send(Ok(reader.take())).await.is_err() {
            // Whoever closed the channel is noticed by the caller.
            return std::future::pending().await;
        }
    }
    let last = reader.finish()?;
    if last.rows() > 0 {
        let _ = to.send(Ok(last)).await;
    }
    Ok(())
}
