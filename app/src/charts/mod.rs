//! Charts as SVG, drawn on the server: the same every time, printable, and with their numbers as a table beside them.

mod bars;
mod donut;
pub mod file;
mod histogram;
mod portions;
mod rows;
mod shares;
mod sheet;
mod spread;
mod strip;

use leptos::prelude::*;

pub use bars::{Bars, stacked_bars};
pub use donut::donut;
pub use histogram::{Histogram, histogram};
pub use portions::{InForce, Portions, portions_over_time};
pub use rows::{Row, Rows, stacked_rows};
pub use shares::share_bars;
pub use sheet::{Cell, Sheet, chart_data, chart_files};
pub use spread::spread;
pub use strip::check_strip;

/// How many colours series have before they repeat.
const COLOURS: usize = 8;

/// The square that stands for a series beside its name.
pub fn swatch(index: usize) -> AnyView {
    view! {
        <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <rect width="10" height="10" rx="2" class=colour(index)></rect>
        </svg>
    }
    .into_any()
}

/// The class that colours a series.
fn colour(index: usize) -> String {
    format!("c{}", index % COLOURS)
}
