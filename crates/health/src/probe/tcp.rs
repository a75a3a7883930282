//! A connection that has to open; nothing is sent.

use std::time::Duration;

use model::health::FailureCode;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Failure, Seen};
use crate::target::Target;

/// Opens a connection and closes it.
pub(super) async fn check(target: &Target) -> Seen {
    connect(target, target.timeout()).await?;
    Ok("connected".to_owned())
}

/// A connection to the target within `limit`.
pub(super) async fn connect(target: &Target, limit: Duration) -> Result<TcpStream, Failure> {
    match timeout(limit, TcpStream::connect(target.socket())).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(Failure::of_io(&error)),
        Err(_) => {
            let detail = format!("no connection within {}", target.monitor.timeout);
            Err(Failure::new(FailureCode::ConnectionTimeout, detail))
        }
    }
}
