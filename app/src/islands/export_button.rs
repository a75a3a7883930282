use leptos::prelude::*;

/// What an export is asked to be, and how far a download has come: the browser streams it to disk, and the server says
/// how many of the rows it has sent. Without wasm it is a form that downloads, or makes the file in the background.
/// `href` is the download of these rows in the usual format and columns.
#[island]
pub fn ExportButton(href: String) -> impl IntoView {
    let (state, set_state) = signal(String::new());
    let (share, set_share) = signal(None::<f64>);
    let (running, set_running) = signal(None::<f64>);
    let (digest, set_digest) = signal(String::new());
    let begin = move |_event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        browser::begin(&_event, browser::Shown { set_state, set_share, set_running, set_digest });
        #[cfg(not(feature = "hydrate"))]
        let _ = (set_state, set_share, set_running, set_digest);
    };
    let cancel = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(id) = running.get() {
            browser::cancel(id);
        }
    };
    let (path, query) = href.split_once('?').unwrap_or((href.as_str(), ""));
    let hidden = fields(query).map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let hidden = hidden.collect_view();
    // The menu's own type would be too deep for the pages that hold it.
    let menu = view! {
        <details class="export-menu">
            <summary class="button">
                <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <path d="M8 2.500v8M4.500 7.500 8 11l3.500-3.500M3 13.500h10" fill="none" stroke="currentColor"
                        stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"></path>
                </svg>
                "Export"
            </summary>
            <form method="get" action=path.to_owned() class="export-panel">
                {hidden}
                <input type="hidden" name="progress" value=""/>
                <label>
                    <span>"Format"</span>
                    <select name="format">
                        <option value="csv">"CSV"</option>
                        <option value="ndjson">"JSON lines"</option>
                        <option value="parquet">"Parquet"</option>
                    </select>
                </label>
                <label>
                    <span>"Columns"</span>
                    <input name="columns" value="compact" class="mono" autocomplete="off" spellcheck="false" autocapitalize="off"/>
                </label>
                <p class="hint"><code>"compact"</code>", "<code>"avi"</code>" for the 87 of Avi's export, or names joined by commas."</p>
                <div class="actions">
                    <button type="submit" class="button primary" on:click=begin>"Download"</button>
                    <button type="submit" class="button" formmethod="post" formaction="/logs/exports"
                        title="For long exports: the file is kept for seven days">"Make in the background"</button>
                </div>
                <p><a href="/logs/exports">"All exports"</a></p>
            </form>
        </details>
    }
    .into_any();
    view! {
        <div class="export">
            {menu}
            <progress class="export-bar" max="1" aria-label="Export" hidden=move || share.get().is_none()
                value=move || share.get().unwrap_or(0.0).to_string()></progress>
            <span class="export-state" role="status">{move || state.get()}</span>
            <button type="button" class="quiet" hidden=move || running.get().is_none() on:click=cancel>"Cancel"</button>
            <code class="export-digest" title="SHA-256 of the file" hidden=move || digest.get().is_empty()>{move || digest.get()}</code>
        </div>
    }
}

/// The pairs of a query.
fn fields(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), crate::format::of_query(value)))
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

    /// What the reader sees of it.
    #[derive(Clone, Copy)]
    pub struct Shown {
        pub set_state: WriteSignal<String>,
        pub set_share: WriteSignal<Option<f64>>,
        pub set_running: WriteSignal<Option<f64>>,
        pub set_digest: WriteSignal<String>,
    }

    /// Gives the download a name to be asked about under, lets the form do it, and follows.
    pub fn begin(event: &leptos::ev::MouseEvent, shown: Shown) {
        let key = format!("{:x}{:x}", random(), random());
        let button = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let menu = button.and_then(|button| button.closest("details").ok().flatten());
        let field = menu.as_ref().and_then(|menu| menu.query_selector("[name=progress]").ok().flatten());
        if let Some(field) = field {
            let _ = field.set_attribute("value", &key);
        }
        shown.set_state.set("Counting rows".to_owned());
        shown.set_share.set(Some(0.0));
        shown.set_digest.set(String::new());
        leptos::task::spawn_local(async move {
            // A turn later, when the form was sent.
            sleep(Duration::ZERO).await;
            if let Some(menu) = menu {
                let _ = menu.remove_attribute("open");
            }
            follow(&key, shown).await;
            shown.set_share.set(None);
            shown.set_running.set(None);
        });
    }

    async fn follow(key: &str, shown: Shown) {
        loop {
            sleep(EVERY).await;
            match ask(key).await {
                // The download itself has not reached the server yet.
                Some(None) => {}
                Some(Some(Seen { id, sent, total, ended, complete, sha256 })) => {
                    shown.set_running.set(Some(id));
                    shown.set_share.set(Some(if total > 0.0 { sent / total } else { 1.0 }));
                    let (sent, total) = (format::thousands(sent as u64), format::thousands(total as u64));
                    shown.set_state.set(match (ended, complete) {
                        (_, true) => format!("{sent} rows exported"),
                        (true, false) => format!("Broke off after {sent} of {total} rows"),
                        (false, false) => format!("{sent} of {total} rows"),
                    });
                    if ended {
                        shown
                            .set_digest
                            .set(sha256.map(|text| format!("SHA-256 {text}")).unwrap_or_default());
                        return;
                    }
                }
                None => return shown.set_state.set("The server does not answer".to_owned()),
            }
        }
    }

    /// Ends the export of this number; that it has ended is seen by asking.
    pub fn cancel(id: f64) {
        leptos::task::spawn_local(async move {
            let init = web_sys::RequestInit::new();
            init.set_method("POST");
            let url = format!("/logs/exports/{id}/end");
            if let Some(window) = web_sys::window() {
                let _ = JsFuture::from(window.fetch_with_str_and_init(&url, &init)).await;
            }
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

    struct Seen {
        id: f64,
        sent: f64,
        total: f64,
        ended: bool,
        complete: bool,
        sha256: Option<String>,
    }

    /// How far it is; inner none while it is not known.
    async fn ask(key: &str) -> Option<Option<Seen>> {
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
        Some(Some(Seen {
            id: number("id")?,
            sent: number("sent")?,
            total: number("total")?,
            ended: is("ended")?,
            complete: is("complete")?,
            sha256: field("sha256")?.as_string(),
        }))
    }
}
