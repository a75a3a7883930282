//! Sockets: datagrams on threads of their own, streams on the runtime.

pub mod batch;
pub mod tcp;
pub mod udp;
