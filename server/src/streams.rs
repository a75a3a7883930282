//! The streams of the log that the settings name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stream::{Counts, Origin, Settings, Stream};

/// Those that run.
pub struct Streams {
    origin: Origin,
    running: Mutex<Vec<Arc<Stream>>>,
}

impl Streams {
    /// None yet, of this site.
    pub fn new(site: &str) -> Streams {
        let version = concat!("steelyard ", env!("CARGO_PKG_VERSION")).to_owned();
        Streams { origin: Origin { site: site.to_owned(), version }, running: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Stream>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts and ends streams, so that exactly these run; those that are set up as before go on. Gives where rows go
    /// from now on.
    pub fn set(&self, settings: &[Settings]) -> Vec<querylog::Outlet> {
        let mut running = self.lock();
        let before = std::mem::take(&mut *running);
        for wanted in settings {
            let same = before.iter().find(|stream| stream.settings() == wanted).cloned();
            running
                .push(same.unwrap_or_else(|| Arc::new(Stream::start(wanted.clone(), self.origin.clone()))));
        }
        for gone in before.into_iter().filter(|stream| !settings.contains(stream.settings())) {
            tokio::spawn(async move { gone.stop().await });
        }
        let outlet = |stream: &Arc<Stream>| -> querylog::Outlet {
            let stream = stream.clone();
            Arc::new(move |rows| stream.offer(rows))
        };
        running.iter().map(outlet).collect()
    }

    /// Opens files again.
    pub fn reopen(&self) {
        self.lock().iter().for_each(|stream| stream.reopen());
    }

    /// What became of the rows of each, by its name.
    pub fn counts(&self) -> Vec<(String, Counts)> {
        self.lock().iter().map(|stream| (stream.settings().name.clone(), stream.counts())).collect()
    }

    /// Ends all of them.
    pub async fn stop(&self) {
        let running = std::mem::take(&mut *self.lock());
        for stream in running {
            stream.stop().await;
        }
    }
}
