use std::time::Duration;

use leptos::prelude::*;

/// Says in the document, as `data-islands="alive"` of its root, that the islands react from now on: to style sheets,
/// and to tests. They are hydrated right after the entry point returns, so it is said a turn later.
pub fn mark_alive() {
    let mark = || {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-islands", "alive");
        }
    };
    set_timeout(mark, Duration::ZERO);
}
