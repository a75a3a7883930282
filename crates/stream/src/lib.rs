//! The rows of the query log as streams, for those who keep them elsewhere: dnstap, lines of JSON in a file, syslog.
//!
//! Each [`Stream`] has a bounded queue of its own. A receiver that is slow or away costs the rows of its own stream, and
//! they are counted; neither the log nor another stream waits for it.

#![warn(missing_docs)]

mod dnstap;
mod file;
mod fstrm;
mod json;
mod message;
mod queue;
mod reconnect;
mod syslog;
pub mod tls;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use model::config::{Facility, SyslogTransport};
use model::row::LogRow;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::queue::Counts;
use self::queue::Queue;

/// Where a stream goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// dnstap frames to a receiver at a Unix socket.
    DnstapUnix(PathBuf),
    /// dnstap frames to a receiver at `host:port`, TCP.
    DnstapTcp(String),
    /// Lines of JSON in a file.
    File {
        /// The file.
        path: PathBuf,
        /// Size past which it is put aside and begun anew, octets; never when 0.
        rotate: u64,
        /// How many of those put aside are kept, as `path.1`, the newest, and so on.
        keep: u32,
    },
    /// Messages of RFC 5424 to `host:port`, one for each row.
    Syslog {
        /// The receiver.
        address: String,
        /// How.
        transport: SyslogTransport,
        /// File with the certificates in PEM that the receiver's has to be signed by, over TLS; the system's when absent.
        ca: Option<PathBuf>,
        /// Facility of the messages.
        facility: Facility,
    },
}

/// One stream as it is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its name, in logs and metrics.
    pub name: String,
    /// Where it goes.
    pub target: Target,
    /// Rows that may wait for the receiver.
    pub queue: usize,
}

/// What every row of this server says of it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Name of the site.
    pub site: String,
    /// Name and version of the program.
    pub version: String,
}

/// A running stream.
pub struct Stream {
    settings: Settings,
    queue: Arc<Queue>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Stream {
    /// Starts it, in a Tokio runtime.
    pub fn start(settings: Settings, origin: Origin) -> Stream {
        let queue = Arc::new(Queue::new(settings.queue));
        let stop = CancellationToken::new();
        let (name, target) = (settings.name.clone(), settings.target.clone());
        let (of_task, stopped) = (queue.clone(), stop.clone());
        let task = tokio::spawn(async move {
            match target {
                Target::DnstapUnix(_) | Target::DnstapTcp(_) => {
                    dnstap::run(&name, &target, &origin, &of_task, &stopped).await;
                }
                Target::File { path, rotate, keep } => {
                    file::run(&name, file::Place { path, rotate, keep }, &origin, &of_task, &stopped).await;
                }
                Target::Syslog { address, transport, ca, facility } => {
                    let to = syslog::To { address, transport, ca, facility };
                    syslog::run(&name, &to, &origin, &of_task, &stopped).await;
                }
            }
        });
        Stream { settings, queue, stop, task: Mutex::new(Some(task)) }
    }

    /// As it was set up.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Offers rows; those for which there is no room are counted as lost. Never waits.
    pub fn offer(&self, rows: &Arc<[LogRow]>) {
        self.queue.put(rows);
    }

    /// What became of rows since the start.
    pub fn counts(&self) -> Counts {
        self.queue.counts()
    }

    /// Opens the file again, which somebody may have put aside.
    pub fn reopen(&self) {
        self.queue.ask_to_reopen();
    }

    /// Sends what waits, if the receiver takes it at once, and ends.
    pub async fn stop(&self) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }
}
