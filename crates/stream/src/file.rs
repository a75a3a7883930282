//! Lines of JSON in a file that is put aside when it is large.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use model::row::LogRow;
use tokio_util::sync::CancellationToken;

use crate::queue::Queue;
use crate::reconnect::Trouble;
use crate::{Origin, json};

#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) rotate: u64,
    pub(crate) keep: u32,
}

pub(crate) async fn run(name: &str, place: Place, origin: &Origin, queue: &Queue, stop: &CancellationToken) {
    let (mut trouble, mut open) = (Trouble::new(name), None);
    loop {
        if queue.is_to_reopen() {
            open = None;
        }
        let rows = match queue.try_next() {
            Some(rows) => rows,
            None if stop.is_cancelled() => return,
            None => {
                let _ = stop.run_until_cancelled(queue.changed()).await;
                continue;
            }
        };
        let (count, place, origin) = (rows.len(), place.clone(), origin.clone());
        // On a thread that may block, as disks do.
        let written = tokio::task::spawn_blocking(move || {
            let result = write(&place, &mut open, &rows, &origin);
            (open, result)
        });
        let result = match written.await {
            Ok((file, result)) => {
                open = file;
                result
            }
            Err(error) => {
                open = None;
                Err(io::Error::other(error))
            }
        };
        queue.done(count, result.is_ok());
        match result {
            Ok(()) => trouble.over(),
            Err(error) => {
                open = None;
                let _ = stop.run_until_cancelled(trouble.wait(error)).await;
            }
        }
    }
}

/// Writes a portion, opening and putting aside as needed.
fn write(place: &Place, open: &mut Option<File>, rows: &Arc<[LogRow]>, origin: &Origin) -> io::Result<()> {
    let lines = json::lines(rows, origin);
    let mut file = match open.take() {
        Some(file) => file,
        None => create(place)?,
    };
    let size = file.metadata()?.len();
    if place.rotate > 0 && size > 0 && size + lines.len() as u64 > place.rotate {
        put_aside(place)?;
        file = create(place)?;
    }
    file.write_all(&lines)?;
    *open = Some(file);
    Ok(())
}

fn create(place: &Place) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o640).open(&place.path)
}

/// `path` becomes `path.1`, that becomes `path.2`, and the last one goes.
fn put_aside(place: &Place) -> io::Result<()> {
    let numbered = |n: u32| {
        let mut path = place.path.clone().into_os_string();
        path.push(format!(".{n}"));
        PathBuf::from(path)
    };
    for n in (1..place.keep).rev() {
        match fs::rename(numbered(n), numbered(n + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if place.keep == 0 { fs::remove_file(&place.path) } else { fs::rename(&place.path, numbered(1)) }
}
