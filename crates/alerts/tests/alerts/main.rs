//! The engine and its senders against receivers on loopback.

mod engine;
mod mail;
mod policy;
mod receiver;
mod rig;
mod script;
mod syslog;
mod webhook;
