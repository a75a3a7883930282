//! The servers that are measured: each a child of this program, on a free port of 127.0.0.1, with its own folder.

pub mod binary;
pub mod lab;
pub mod peers;
pub mod probe;
pub mod steelyard;

use std::path::Path;

/// A server that can be started.
pub trait Contender {
    /// Its name in the tables.
    fn name(&self) -> &'static str;
    /// Starts it in an empty folder, and waits until it answers.
    fn start(&self, folder: &Path) -> anyhow::Result<Box<dyn Serving>>;
}

/// A server that answers; dropping it stops it.
pub trait Serving {
    /// Its port on 127.0.0.1.
    fn port(&self) -> u16;
    /// The process at the root of all of its processes.
    fn pid(&self) -> u32;
}
