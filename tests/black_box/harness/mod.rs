//! What the tests stand on: a running site, and clients for everything it speaks.

mod backend;
mod command;
mod dns;
mod folder;
mod http;
pub mod lab;
mod load;
mod outer;
pub mod postgres;
mod process;
mod scrape;
mod server;
mod site;
mod wait;

pub use backend::Backends;
pub use command::{Ran, run};
pub use dns::{Client, Transport};
pub use folder::folder;
pub use http::{Http, Reply};
pub use load::{Stream, Tally, volley};
pub use outer::{Outer, shared_database};
pub use process::signal;
pub use scrape::Scrape;
pub use site::{Database, Site, Start, accounted};
pub use wait::{until, until_right};
