//! Charts as SVG files that stand alone: colours of the light theme, a title, a legend, no style sheet.

mod canvas;
mod over_time;
mod parts;

pub use over_time::{bars_file, portions_file};
pub use parts::{histogram_file, ring_file, rows_file, shares_file};
