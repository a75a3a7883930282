//! Charts as SVG, drawn on the server: the same every time, printable, and with their numbers as a table beside them.

mod bars;
mod donut;
mod shares;
mod strip;

pub use bars::{Bars, stacked_bars};
pub use donut::donut;
pub use shares::share_bars;
pub use strip::check_strip;

/// How many colours series have before they repeat.
const COLOURS: usize = 8;

/// The class that colours a series.
fn colour(index: usize) -> String {
    format!("c{}", index % COLOURS)
}
