use leptos::prelude::*;

/// Something went wrong: what, and where to go.
pub fn error_page(status: u16, title: &str, text: &str) -> impl IntoView + use<> {
    view! {
        <div class="error-page">
            <p class="status-code">{status}</p>
            <h1>{title.to_owned()}</h1>
            <p class="lede">{text.to_owned()}</p>
            <p><a class="button" href="/">"To the overview"</a></p>
        </div>
    }
}
