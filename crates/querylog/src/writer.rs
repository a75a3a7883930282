//! The task that takes rows to storage, batch by batch, and says what became of each.

use std::sync::Arc;
use std::time::Duration;

use model::counter::bucket_of;
use model::row::{LogRow, Outcome};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::ledger::{AccountId, Accounts};
use crate::shared::Shared;
use crate::sink::{Sink, SinkError};

/// Longest that storage may take for one batch before it counts as away.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Writes until the queue is closed and empty, or until it is told to give up what is left.
pub(crate) async fn run<S: Sink>(sink: Arc<S>, shared: Arc<Shared>, give_up: CancellationToken) {
    while let Some(Some(rows)) = give_up.run_until_cancelled(shared.queue.batch()).await {
        deliver(&*sink, &shared, rows, &give_up).await;
    }
    lose(&shared, &shared.queue.take_all());
}

async fn deliver<S: Sink>(sink: &S, shared: &Shared, rows: Vec<LogRow>, give_up: &CancellationToken) {
    let mut backoff = Backoff::new(shared.options.retry_first, shared.options.retry_last);
    let mut left = vec![(shared.batch_number(), rows)];
    while let Some((number, mut rows)) = left.pop() {
        let attempt = give_up.run_until_cancelled(tokio::time::timeout(PATIENCE, sink.store(number, &rows)));
        let result = match attempt.await {
            // Whether this attempt went through is not known: it counts as lost, which errs to the safe side.
            None => {
                lose(shared, &rows);
                continue;
            }
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(SinkError::Away(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        match result {
            Ok(()) => {
                backoff.reset();
                shared.rows.set_here(shared.now());
                account(shared, &rows, Outcome::Stored);
            }
            Err(SinkError::Away(why)) => {
                shared.rows.set_away(shared.now(), why);
                left.push((number, rows));
                give_up.run_until_cancelled(tokio::time::sleep(backoff.wait())).await;
            }
            Err(SinkError::Refused(why)) => {
                shared.rows.set_here(shared.now());
                if let [row] = &rows[..] {
                    shared.rows.refused(row, &why);
                    lose(shared, &rows);
                } else {
                    let second = rows.split_off(rows.len() / 2);
                    left.push((shared.batch_number(), second));
                    left.push((shared.batch_number(), rows));
                }
            }
        }
    }
}

fn lose(shared: &Shared, rows: &[LogRow]) {
    account(shared, rows, Outcome::Storage);
}

fn account(shared: &Shared, rows: &[LogRow], outcome: Outcome) {
    let mut accounts = Accounts::new();
    for row in rows {
        let (bucket, service) = (bucket_of(row.at), row.service.clone());
        let id = AccountId { bucket, service, class: Some(row.class), outcome };
        *accounts.entry(id).or_default() += 1;
    }
    // The account is there before the row is done, so that whoever waits for the row finds it.
    shared.ledger.add_accounts(accounts);
    shared.queue.done(rows.len());
}
