//! One module for each thing an operator manages; each page is a function of its view.

pub mod access;
pub mod alerts;
pub mod changes;
mod errors;
pub mod events;
pub mod exports;
mod full_log;
pub mod log_policy;
pub mod logs;
pub mod monitors;
pub mod overrides;
pub mod overview;
pub mod places;
pub mod ramps;
pub mod secrets;
pub mod services;
pub mod split;
mod suspicion;
pub mod zones;

pub use errors::error_page;
use suspicion::suspicion;

/// Whether a form makes a thing or changes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormMode {
    /// A new one.
    New,
    /// The one of this name.
    Edit(String),
}

/// What an editing form carries beside its own fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The generation its writer had seen.
    pub generation: u64,
    /// Why the change is made, as far as it is typed.
    pub reason: String,
}

impl Carried {
    /// Of a form that nobody has typed into yet.
    pub fn fresh(generation: u64) -> Carried {
        Carried { generation, reason: String::new() }
    }
}

/// The message beside a field, if any.
fn error_of(problems: &model::Problems, field: &str) -> Option<String> {
    api::draft::problem_of(problems, field).map(model::Problem::beside_field)
}
