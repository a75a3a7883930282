//! A private PostgreSQL cluster: made from the installed binaries, reached by a socket that only its owner can open.
//!
//! PostgreSQL refuses to run as root; started by root, the cluster runs as an unprivileged user. It is in a process
//! group of its own, so that a Ctrl-C at the terminal reaches the server alone, which then stops the cluster after
//! its last rows are written. A cluster that outlived a crashed server is adopted by the next one.

mod account;
mod binaries;
mod cluster;
mod error;
mod folders;
mod place;

pub use account::can_reach;
pub use cluster::{Cluster, Options};
pub use error::ClusterError;
pub use place::url;
