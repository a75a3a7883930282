use leptos::prelude::*;

/// Downloads an export, and shows how far it has come: the browser streams the file to disk, and the server says how
/// many of the rows it has sent. Without wasm it is a plain link.
#[island]
pub fn ExportButton(href: String) -> impl IntoView {
    let (state, set_state) = signal(String::new());
    let (share, set_share) = signal(None::<f64>);
    let begin = {
        let href = href.clone();
        move |_event: leptos::ev::MouseEvent| {
            #[cfg(feature = "hydrate")]
            browser::begin(&_event, &href, set_state, set_share);
            #[cfg(not(feature = "hydrate"))]
            let _ = (&href, set_state, set_share);
        }
    };
    view! {
        <span class="export">
            <a class="button" href=href.clone() download="" on:click=begin>
                <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <path d="M8 2.500v8M4.500 7.500 8 11l3.500-3.500M3 13.500h10" fill="none" stroke="currentColor"
                        stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"></path>
                </svg>
                "Export CSV"
            </a>
            <progress class="export-bar" max="1" aria-label="Export" hidden=move || share.get().is_none()
                value=move || share.get().unwrap_or(0.0).to_string()></progress>
            <span class="export-state" role="status">{move || state.get()}</span>
        </span>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    use crate::format;

    /// How often the server is asked.
    const EVERY: Duration = Duration::from_millis(400);

    /// Gives the download a name to be asked about under, lets the link do it, and follows.
    pub fn begin(
        event: &leptos::ev::MouseEvent,
        href: &str,
        set_state: WriteSignal<String>,
        set_share: WriteSignal<Option<f64>>,
    ) {
        let key = format!("{:x}{:x}", random(), random());
        let link = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if let Some(link) = link {
            let _ = link.set_attribute("href", &format!("{href}&progress={key}"));
        }
        set_state.set("Counting rows".to_owned());
        set_share.set(Some(0.0));
        leptos::task::spawn_local(async move {
            loop {
                sleep(EVERY).await;
                match ask(&key).await {
                    // The download itself has not reached the server yet.
                    Some(None) => {}
                    Some(Some((sent, total, ended, complete))) => {
                        set_share.set(Some(if total > 0.0 { sent / total } else { 1.0 }));
                        let (sent, total) = (format::thousands(sent as u64), format::thousands(total as u64));
                        set_state.set(match (ended, complete) {
                            (_, true) => format!("{sent} rows exported"),
                            (true, false) => format!("Broke off after {sent} of {total} rows"),
                            (false, false) => format!("{sent} of {total} rows"),
                        });
                        if ended {
                            break;
                        }
                    }
                    None => {
                        set_state.set("The server does not answer".to_owned());
                        break;
                    }
                }
            }
            set_share.set(None);
        });
    }

    fn random() -> u32 {
        (js_sys::Math::random() * f64::from(u32::MAX)) as u32
    }

    async fn sleep(time: Duration) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            set_timeout(
                move || {
                    let _ = resolve.call0(&JsValue::NULL);
                },
                time,
            );
        });
        let _ = JsFuture::from(promise).await;
    }

    /// Rows sent, rows in all, whether it ended, whether it is complete; inner none while it is not known.
    async fn ask(key: &str) -> Option<Option<(f64, f64, bool, bool)>> {
        let url = format!("/logs/export/progress?key={key}");
        let response = JsFuture::from(web_sys::window()?.fetch_with_str(&url)).await.ok()?;
        let response: web_sys::Response = response.dyn_into().ok()?;
        if response.status() == 204 {
            return Some(None);
        }
        if !response.ok() {
            return None;
        }
        let json = JsFuture::from(response.json().ok()?).await.ok()?;
        let field = |name: &str| js_sys::Reflect::get(&json, &JsValue::from_str(name)).ok();
        let number = |name: &str| field(name)?.as_f64();
        let is = |name: &str| field(name)?.as_bool();
        Some(Some((number("sent")?, number("total")?, is("ended")?, is("complete")?)))
    }
}
