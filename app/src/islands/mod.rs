//! The parts of the console that live in the browser. Each adds to a page that is complete without it.

#[cfg(feature = "hydrate")]
mod alive;
mod auto_refresh;
mod copy_button;
mod copy_clicks;
mod export_button;
mod form_preview;
mod weight_shares;

#[cfg(feature = "hydrate")]
pub use alive::mark_alive;
pub use auto_refresh::AutoRefresh;
pub use copy_button::CopyButton;
pub use copy_clicks::CopyClicks;
pub use export_button::ExportButton;
pub use form_preview::FormPreview;
pub use weight_shares::WeightShares;
