//! One module for each thing an operator manages; each page is a function of its view.

pub mod access;
pub mod changes;
mod errors;
pub mod logs;
pub mod monitors;
pub mod overview;
pub mod services;
pub mod split;
pub mod zones;

pub use errors::error_page;

/// Whether a form makes a thing or changes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormMode {
    /// A new one.
    New,
    /// The one of this name.
    Edit(String),
}

/// The message beside a field, if any.
fn error_of(problems: &model::Problems, field: &str) -> Option<String> {
    api::draft::problem_of(problems, field).map(|p| p.message.clone())
}
