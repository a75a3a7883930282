//! What runs beside the requests: publishing views, keeping storage, expiring logs.

pub mod housekeeping;
pub mod publish;
pub mod storage;
