//! Sockets: datagrams on threads of their own, streams and QUIC on the runtime.

pub mod batch;
pub mod connections;
pub mod secure;
pub mod tcp;
pub mod udp;
