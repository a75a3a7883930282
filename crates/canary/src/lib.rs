//! Canary ramps: which whole weights come nearest to a share, and when a ramp goes on, waits, stops or goes back.
//!
//! [`outline`] turns what an operator asks for into steps of weights, or says what is wrong with it. [`look`] is the
//! state machine: a ramp, what was seen of it and the time come in, one [`Action`] goes out. [`operate`] is what people
//! may do with it. Nothing here reads a clock, a database or a socket; the server's task does what the actions say.

mod gates;
mod look;
mod operate;
mod outline;
mod weights;

#[cfg(test)]
mod tests;

pub use gates::{HookAnswer, MemberSeen, Observation, lights};
pub use look::{Action, HOOK_PAUSE_US, Watch, arrived, in_force, look, stayed, until};
pub use operate::{Deed, operate};
pub use outline::{Outline, outline};
