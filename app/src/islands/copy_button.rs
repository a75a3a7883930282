use leptos::prelude::*;

/// Copies a text to the clipboard; `whole` says that it is a path of this console, and copies the whole address. Without wasm the text beside it is selected by hand.
#[island]
pub fn CopyButton(text: String, whole: bool) -> impl IntoView {
    let (label, set_label) = signal("Copy");
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(window) = web_sys::window() {
            let text = match window.location().origin() {
                Ok(origin) if whole => format!("{origin}{text}"),
                _ => text.clone(),
            };
            let promise = window.navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                let done = wasm_bindgen_futures::JsFuture::from(promise).await;
                set_label.set(if done.is_ok() { "Copied" } else { "Not allowed" });
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, whole, set_label);
    };
    view! { <button type="button" class="quiet copy" on:click=copy>{label}</button> }
}
