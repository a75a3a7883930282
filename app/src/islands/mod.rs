//! The parts of the console that live in the browser. Each adds to a page that is complete without it.

mod auto_refresh;
mod copy_button;
mod export_button;
mod weight_shares;

pub use auto_refresh::AutoRefresh;
pub use copy_button::CopyButton;
pub use export_button::ExportButton;
pub use weight_shares::WeightShares;
