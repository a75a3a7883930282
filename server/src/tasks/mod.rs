//! What runs beside the requests: publishing views, telling secondaries, keeping storage, expiring logs, tending ramps, noticing what happens.

pub mod accounts;
pub mod events;
pub mod geography;
pub mod health;
pub mod housekeeping;
pub mod notify;
pub mod publish;
pub mod ramps;
pub mod remember;
pub mod resolve;
pub mod storage;
