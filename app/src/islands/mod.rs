//! The parts of the console that live in the browser. Each adds to a page that is complete without it.

#[cfg(feature = "hydrate")]
mod alive;
mod auto_refresh;
mod brush;
mod complete;
mod copy_button;
mod copy_clicks;
#[cfg(feature = "hydrate")]
mod dom;
mod export_button;
mod form_preview;
mod log_rows;
#[cfg(feature = "hydrate")]
mod row_drawer;
mod tail;
mod weight_shares;

#[cfg(feature = "hydrate")]
pub use alive::mark_alive;
pub use auto_refresh::AutoRefresh;
pub use brush::Brush;
pub use complete::Complete;
pub use copy_button::CopyButton;
pub use copy_clicks::CopyClicks;
pub use export_button::ExportButton;
pub use form_preview::FormPreview;
pub use log_rows::LogRows;
pub use tail::Tail;
pub use weight_shares::WeightShares;
