use leptos::prelude::*;

/// Loads older rows as one scrolls, and folds away those that are far off, so that the page stays small whatever its
/// length. A row opens beside the table without leaving the page; Escape closes it, `j` and `k` go from row to row.
/// Without wasm there are pages of rows, and links.
#[island]
pub fn LogRows() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    {
        scroll::start();
        super::row_drawer::start();
    }
    view! { <span hidden></span> }
}

#[cfg(feature = "hydrate")]
mod scroll {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{
        Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, KeyboardEvent,
    };

    use crate::format;
    use crate::islands::dom::{REFRESHED, fetch_page, find, listen, set_style, within};

    /// Rows so far outside of the window are there already, or are folded away beyond it.
    const MARGIN: &str = "1500px 0px";
    const TABLE: &str = "table.log[data-rows]";

    /// The table's rows in chunks, each a `tbody` that knows where it begins and where the next one does.
    struct Rows {
        observer: RefCell<Option<IntersectionObserver>>,
        loading: Cell<bool>,
    }

    pub fn start() {
        let rows = Rc::new(Rows { observer: RefCell::default(), loading: Cell::new(false) });
        let seen = rows.clone();
        let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
            for entry in entries.iter().filter_map(|e| e.dyn_into::<IntersectionObserverEntry>().ok()) {
                seen.clone().look(&entry.target(), entry.is_intersecting());
            }
        });
        let how = IntersectionObserverInit::new();
        how.set_root_margin(MARGIN);
        let Ok(observer) = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &how) else {
            return;
        };
        seen.forget();
        rows.observer.replace(Some(observer));
        rows.watch_all();
        let again = rows.clone();
        listen(&document(), REFRESHED, move |_: web_sys::Event| again.watch_all());
        listen(&document(), "click", move |event: web_sys::MouseEvent| {
            let plain = !event.ctrl_key() && !event.meta_key() && !event.shift_key();
            if plain && find(TABLE).is_some() && within(&event, ".page-foot a[rel=next]").is_some() {
                event.prevent_default();
                rows.clone().load();
            }
        });
        listen(&document(), "keydown", |event: KeyboardEvent| walk(&event));
    }

    impl Rows {
        /// Every chunk there is, and the foot below them, whose sight asks for more.
        fn watch_all(&self) {
            let Some(observer) = self.observer.borrow().clone() else { return };
            let Ok(all) = document().query_selector_all(&format!("{TABLE} > tbody, .page-foot")) else {
                return;
            };
            for i in 0..all.length() {
                if let Some(element) = all.get(i).and_then(|node| node.dyn_into::<Element>().ok()) {
                    // Being watched anew, it is looked at once more.
                    observer.unobserve(&element);
                    observer.observe(&element);
                }
            }
        }

        fn look(self: Rc<Self>, element: &Element, near: bool) {
            if element.class_list().contains("page-foot") {
                // A search that had no more time goes on when it is asked to.
                if near && last().is_some_and(|chunk| !chunk.has_attribute("data-searched")) {
                    self.load();
                }
                return;
            }
            let folded = element.has_attribute("data-folded");
            match (near, folded) {
                (true, true) => unfold(element.clone()),
                (false, false) => fold(element),
                _ => {}
            }
        }

        /// The next chunk, below the last.
        fn load(self: Rc<Self>) {
            let Some((table, chunk)) = find(TABLE).zip(last()) else { return };
            let Some(next) = chunk.get_attribute("data-next") else { return };
            if self.loading.replace(true) {
                return;
            }
            hold(&table);
            leptos::task::spawn_local(async move {
                let came = count_before(&chunk) + chunk.child_element_count();
                let fresh = fetch(&table, &next, came).await;
                self.loading.set(false);
                let Some(fresh) = fresh else {
                    return say("The server does not answer; scroll to try again");
                };
                let _ = table.append_child(&fresh);
                foot(&fresh);
                self.watch_all();
            });
        }
    }

    /// What was loaded is not replaced by the newest page.
    fn hold(table: &Element) {
        if let Ok(Some(region)) = table.closest("[data-live]") {
            let _ = region.set_attribute("data-held", "");
        }
    }

    fn last() -> Option<Element> {
        let all = document().query_selector_all(&format!("{TABLE} > tbody")).ok()?;
        all.get(all.length().checked_sub(1)?)?.dyn_into().ok()
    }

    fn count_before(chunk: &Element) -> u32 {
        chunk.get_attribute("data-before").and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    async fn fetch(table: &Element, before: &str, came: u32) -> Option<Element> {
        let path = table.get_attribute("data-rows")?;
        let page = fetch_page(&format!("{path}&before={}&came={came}", format::in_query(before))).await?;
        page.query_selector("tbody").ok()?
    }

    fn fold(chunk: &Element) {
        let focused = document().active_element().is_some_and(|e| chunk.contains(Some(&e)));
        let height = chunk.get_bounding_client_rect().height();
        if focused || height < 1.0 || !chunk.has_attribute("data-first") {
            return;
        }
        let Some((row, cell)) =
            document().create_element("tr").ok().zip(document().create_element("td").ok())
        else {
            return;
        };
        let _ = row.set_attribute("aria-hidden", "true");
        row.set_class_name("folded");
        let _ = cell.set_attribute("colspan", "99");
        set_style(&cell, "height", &format!("{height}px"));
        let _ = row.append_child(&cell);
        let _ = chunk.set_attribute("data-folded", "");
        chunk.replace_children_with_node_1(&row);
    }

    fn unfold(chunk: Element) {
        let Some((table, first)) = find(TABLE).zip(chunk.get_attribute("data-first")) else { return };
        let _ = chunk.remove_attribute("data-folded");
        leptos::task::spawn_local(async move {
            match fetch(&table, &first, count_before(&chunk)).await {
                Some(fresh) => chunk.set_inner_html(&fresh.inner_html()),
                None => drop(chunk.set_attribute("data-folded", "")),
            }
        });
    }

    /// What the foot says and where its link leads to, after a chunk came.
    fn foot(chunk: &Element) {
        let rows = u64::from(count_before(chunk) + chunk.child_element_count());
        let text = format::count(rows, "row", "rows");
        say(&match chunk.get_attribute("data-searched") {
            Some(to) => format!("{text}; searched back to {to} UTC"),
            None => format!("{text} loaded, newest first"),
        });
        let Some(link) = find(".page-foot a[rel=next]") else { return };
        match chunk.get_attribute("data-next") {
            Some(_) => link.set_text_content(Some(if chunk.has_attribute("data-searched") {
                "Continue the search"
            } else {
                "Older rows"
            })),
            None => link.remove(),
        }
    }

    fn say(text: &str) {
        if let Some(place) = find("[data-foot]") {
            place.set_text_content(Some(text));
        }
    }

    /// From a row that has the focus to the one below or above.
    fn walk(event: &KeyboardEvent) {
        let Some(row) = within(event, "table.log a.open").and_then(|link| link.closest("tr").ok()?) else {
            return;
        };
        let down = match event.key().as_str() {
            "j" | "ArrowDown" => true,
            "k" | "ArrowUp" => false,
            _ => return,
        };
        let beside = if down { row.next_element_sibling() } else { row.previous_element_sibling() };
        let beside = beside.or_else(|| {
            let chunk = row.parent_element()?;
            match down {
                true => chunk.next_element_sibling()?.first_element_child(),
                false => chunk.previous_element_sibling()?.last_element_child(),
            }
        });
        let link = beside.and_then(|row| row.query_selector("a.open").ok()?);
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            event.prevent_default();
            let _ = link.focus();
        }
    }
}
