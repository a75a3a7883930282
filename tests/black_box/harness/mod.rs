//! What the tests stand on: a running site, and clients for everything it speaks.

mod accounts;
mod backend;
mod command;
mod dns;
mod folder;
mod http;
mod knot;
pub mod lab;
mod load;
mod outer;
mod parent;
mod place;
pub mod postgres;
mod process;
mod scrape;
mod server;
pub mod session;
mod site;
mod wait;
mod words;

pub use accounts::accounted;
pub use backend::Backends;
pub use command::{Ran, run, run_with_input};
pub use dns::{Client, Transport};
pub use folder::folder;
pub use http::{Http, Reply};
pub use knot::Knot;
pub use load::{Stream, Tally, volley};
pub use outer::{Outer, shared_database};
pub use parent::Parent;
pub use process::{signal, steelyard};
pub use scrape::Scrape;
pub use site::{Database, Site, Start};
pub use wait::{until, until_right};
pub use words::{check_words, in_words};
