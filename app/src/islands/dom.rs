//! What the islands share of the browser.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen_futures::JsFuture;

/// Said of the document after regions of the page were replaced.
pub const REFRESHED: &str = "refreshed";

/// Calls `work` for each event, as long as the page lives.
pub fn listen<E: FromWasmAbi + 'static>(
    target: &web_sys::EventTarget,
    event: &str,
    work: impl FnMut(E) + 'static,
) {
    let closure = Closure::<dyn FnMut(E)>::new(work);
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The element around the event's target that the selector names.
pub fn within(event: &web_sys::Event, selector: &str) -> Option<web_sys::Element> {
    event.target()?.dyn_into::<web_sys::Element>().ok()?.closest(selector).ok()?
}

/// The first element that the selector names.
pub fn find(selector: &str) -> Option<web_sys::Element> {
    document().query_selector(selector).ok()?
}

/// A page of this console, read into a document of its own; none when it is another than was asked for.
pub async fn fetch_page(href: &str) -> Option<web_sys::Document> {
    let response: web_sys::Response =
        JsFuture::from(web_sys::window()?.fetch_with_str(href)).await.ok()?.dyn_into().ok()?;
    // After the session ended, the answer is another page.
    if !response.ok() || response.redirected() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    web_sys::DomParser::new().ok()?.parse_from_string(&text, web_sys::SupportedType::TextHtml).ok()
}

/// Sets a property of an element's style, which the policy of the page allows to scripts.
pub fn set_style(element: &web_sys::Element, property: &str, value: &str) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.style().set_property(property, value);
    }
}
