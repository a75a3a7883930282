//! The machine a measurement runs on.

pub mod child;
pub mod cpu;
pub mod folder;
pub mod memory;
pub mod packages;
pub mod port;
pub mod signals;
