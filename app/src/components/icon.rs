use leptos::prelude::*;

/// A 16 px line icon by its name; decoration, and hidden from screen readers.
pub fn icon(name: &str) -> AnyView {
    let path = match name {
        "overview" => "M2 9.5 8 3l6 6.5M4 8v5.5h8V8",
        "services" => "M8 2v4M8 6 3.5 10M8 6l4.5 4M3.5 10v3.5M12.5 10v3.5M8 6v7.5",
        "zones" => {
            "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14C6 12 5.500 10 5.500 8S6 4 8 2Z"
        }
        "sites" => {
            "M8 14c3-3.500 4.500-5.600 4.500-7.500a4.500 4.500 0 0 0-9 0C3.500 8.400 5 10.500 8 14ZM8 5a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3Z"
        }
        "monitors" => "M1.500 8h3l1.500-4.500 3 9L10.500 8h4",
        "split" => {
            "M8 3v11M5.500 14h5M2.500 5h11M4.500 5 2.500 9.500a2 2 0 0 0 4 0ZM11.500 5l-2 4.500a2 2 0 0 0 4 0Z"
        }
        "logs" => "M3 3.500h10M3 6.500h10M3 9.500h7M3 12.500h5",
        "changes" => "M8 2.500a5.500 5.500 0 1 1-5.200 3.700M2.500 2.500v4h4M8 5.500V8.500l2 1.500",
        "account" => {
            "M8 8a2.700 2.700 0 1 0 0-5.400A2.700 2.700 0 0 0 8 8ZM3 14c.5-2.800 2.500-4 5-4s4.500 1.200 5 4"
        }
        "events" => {
            "M8 1.500v3M8 11.500v3M1.500 8h3M11.500 8h3M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z"
        }
        "alerts" => "M4 11V7a4 4 0 0 1 8 0v4l1.500 1.500h-11ZM6.500 14h3",
        "plus" => "M8 3.500v9M3.500 8h9",
        "download" => "M8 2.500v8M4.500 7.500 8 11l3.500-3.500M3 13.500h10",
        "warn" => "M8 2.500 14.500 13.500h-13ZM8 6.500v3.500M8 11.800v.2",
        _ => "M3 8h10",
    };
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=path fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"></path>
        </svg>
    }
    .into_any()
}
