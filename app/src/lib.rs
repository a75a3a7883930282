//! The operator's console: pages as functions of what they show, and the few islands that live in the browser.
//!
//! A page is rendered on the server, whole, from a view of `api`; links and forms are plain HTML and work before, or
//! without, the wasm. An [`islands`] component is all that the browser hydrates. There is no I/O here: the server
//! gathers the views.

#![recursion_limit = "512"]

pub mod format;
pub mod islands;

#[cfg(feature = "ssr")]
pub mod charts;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use shell::{Chrome, fragment, page};
