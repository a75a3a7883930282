//! What the browser loads: the islands, and nothing else.

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // The islands are found by their names among this module's exports; naming the crate links them in.
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    app::islands::mark_alive();
}
