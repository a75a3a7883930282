//! What the console and REST may ask, and what they are shown: drafts of objects as forms hold them, and views.
//!
//! A [`draft`] is text as a person typed it, valid or not; it becomes an object of the model or a list of problems,
//! each beside its field, and the text is never lost. A [`view`] is what a page shows. There is no I/O here, and the
//! crate compiles for wasm32.

pub mod draft;
pub mod export;
pub mod health;
pub mod place;
pub mod view;
