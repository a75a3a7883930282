use leptos::prelude::*;

/// Follows the log: rows come from `source` as they are written and stand at the top of the table, `kept` of them at
/// most. While the reader paused, points at the table or scrolled down in it, new ones wait and are counted.
#[island]
pub fn Tail(source: String, columns: String, kept: u32) -> impl IntoView {
    let (paused, set_paused) = signal(false);
    let (waiting, set_waiting) = signal(0_u32);
    let (said, set_said) = signal(String::from("Waiting for the first row"));
    #[cfg(feature = "hydrate")]
    let release = browser::start(&source, &columns, kept, paused, set_waiting, set_said);
    #[cfg(not(feature = "hydrate"))]
    let _ = (&source, &columns, kept, set_waiting, set_said);
    let toggle = move |_| set_paused.update(|p| *p = !*p);
    let show = move |_: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        release();
    };
    view! {
        <div class="tail-bar">
            <button type="button" class="button live" aria-pressed=move || paused.get().to_string() on:click=toggle>
                <span class="pulse" aria-hidden="true"></span>{move || if paused.get() { "Paused" } else { "Following" }}
            </button>
            <button type="button" class="button pill" hidden=move || waiting.get() == 0 on:click=show>
                {move || format!("{} new", crate::format::thousands(waiting.get().into()))}
            </button>
            <span class="muted" role="status">{move || said.get()}</span>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;
    use std::time::Duration;

    use js_sys::{JSON, Reflect};
    use leptos::prelude::*;
    use wasm_bindgen::JsValue;
    use web_sys::{Element, EventSource, MessageEvent};

    use crate::format;
    use crate::islands::dom::{find, listen};

    /// How often the table is written: what comes faster than one reads is written together.
    const EVERY: Duration = Duration::from_millis(250);

    struct Follower {
        columns: Vec<String>,
        kept: usize,
        /// Rows that are not in the table yet, the oldest first.
        queue: RefCell<VecDeque<JsValue>>,
        /// Rows since the beginning, and those that were never shown.
        came: Cell<u64>,
        passed: Cell<u64>,
        missed: Cell<u64>,
        pointed: Cell<bool>,
        lost: Cell<bool>,
        said: RefCell<String>,
        set_waiting: WriteSignal<u32>,
        set_said: WriteSignal<String>,
    }

    pub fn start(
        source: &str,
        columns: &str,
        kept: u32,
        paused: ReadSignal<bool>,
        set_waiting: WriteSignal<u32>,
        set_said: WriteSignal<String>,
    ) -> impl Fn() + Clone + use<> {
        let it = Rc::new(Follower {
            columns: columns.split(',').map(str::to_owned).collect(),
            kept: kept as usize,
            queue: RefCell::default(),
            came: Cell::new(0),
            passed: Cell::new(0),
            missed: Cell::new(0),
            pointed: Cell::new(false),
            lost: Cell::new(false),
            said: RefCell::default(),
            set_waiting,
            set_said,
        });
        if let Ok(events) = EventSource::new(source) {
            let row = it.clone();
            listen(&events, "message", move |event: MessageEvent| row.take(&event));
            let error = it.clone();
            listen(&events, "error", move |_: web_sys::Event| error.lost.set(true));
            let open = it.clone();
            listen(&events, "open", move |_: web_sys::Event| open.lost.set(false));
        }
        if let Some(table) = find("table[data-tail]") {
            for (event, pointed) in [("pointerenter", true), ("pointerleave", false)] {
                let it = it.clone();
                listen(&table, event, move |_: web_sys::Event| it.pointed.set(pointed));
            }
        }
        let tick = it.clone();
        let _ = set_interval_with_handle(
            move || {
                let hidden = document().visibility_state() == web_sys::VisibilityState::Hidden;
                let held = paused.get_untracked() || tick.pointed.get() || scrolled() || hidden;
                tick.turn(held, paused.get_untracked());
            },
            EVERY,
        );
        move || it.flush()
    }

    /// Whether the newest rows are out of sight.
    fn scrolled() -> bool {
        find("table[data-tail]").is_some_and(|table| table.get_bounding_client_rect().top() < 0.0)
    }

    impl Follower {
        fn take(&self, event: &MessageEvent) {
            let Some(row) = event.data().as_string().and_then(|text| JSON::parse(&text).ok()) else { return };
            if let Some(missed) = field(&row, "missed").as_f64() {
                self.missed.set(self.missed.get() + missed as u64);
                return;
            }
            self.came.set(self.came.get() + 1);
            let mut queue = self.queue.borrow_mut();
            queue.push_back(row);
            if queue.len() > self.kept {
                queue.pop_front();
                self.passed.set(self.passed.get() + 1);
            }
        }

        fn turn(&self, held: bool, paused: bool) {
            if !held {
                self.flush();
            }
            let waiting = self.queue.borrow().len();
            self.set_waiting.set(waiting as u32);
            let text = self.words(held && waiting > 0, paused);
            // What a screen reader says is said when it changes.
            if *self.said.borrow() != text {
                self.said.replace(text.clone());
                self.set_said.set(text);
            }
        }

        fn words(&self, held: bool, paused: bool) -> String {
            if self.lost.get() {
                return "The connection is lost; trying again".to_owned();
            }
            let mut text = match (self.came.get(), held) {
                (0, _) => "Waiting for the first row".to_owned(),
                (_, true) if paused => "New rows wait".to_owned(),
                (_, true) => "New rows wait while you look at the table".to_owned(),
                (came, false) if came > self.kept as u64 => {
                    format!("The newest {} are kept here", format::count(self.kept as u64, "row", "rows"))
                }
                _ => "Every row that comes is here".to_owned(),
            };
            let unseen = self.passed.get() + self.missed.get();
            if unseen > 0 {
                text.push_str(&format!(
                    "; {} came too fast to be shown",
                    format::count(unseen, "row", "rows")
                ));
            }
            text
        }

        /// Writes what waits at the top of the table, and takes the oldest away.
        fn flush(&self) {
            let rows: Vec<JsValue> = self.queue.borrow_mut().drain(..).collect();
            self.set_waiting.set(0);
            let Some(body) = find("table[data-tail] > tbody") else { return };
            for row in rows {
                if let Some(line) = self.line(&row) {
                    let _ = body.insert_before(&line, body.first_child().as_ref());
                }
            }
            while body.child_element_count() as usize > self.kept {
                match body.last_element_child() {
                    Some(oldest) => oldest.remove(),
                    None => break,
                }
            }
        }

        /// A row as the table of the page has it; texts stay texts.
        fn line(&self, row: &JsValue) -> Option<Element> {
            let page = document();
            let line = page.create_element("tr").ok()?;
            if field(row, "significant").as_bool() == Some(true) {
                line.set_class_name("significant");
            }
            let add = |column: &str, text: &str| {
                let cell = page.create_element("td").ok()?;
                let number =
                    matches!(column, "client_port" | "latency_us" | "ttl" | "generation" | "stands_for");
                cell.set_class_name(&format!("c-{column}{}", if number { " num" } else { "" }));
                cell.set_text_content(Some(text));
                line.append_child(&cell).ok()
            };
            let ts = text_of(&field(row, "ts"));
            // The day is the reader's own.
            add("ts", ts.split_once('T').map_or(ts.as_str(), |(_, clock)| clock.trim_end_matches('Z')))?;
            for column in &self.columns {
                add(column, &text_of(&field(row, column)))?;
            }
            Some(line)
        }
    }

    fn field(row: &JsValue, name: &str) -> JsValue {
        Reflect::get(row, &JsValue::from_str(name)).unwrap_or(JsValue::NULL)
    }

    fn text_of(value: &JsValue) -> String {
        match (value.as_string(), value.as_f64(), value.as_bool()) {
            (Some(text), ..) => text,
            (_, Some(number), _) => (number as i64).to_string(),
            (.., Some(flag)) => flag.to_string(),
            _ => String::new(),
        }
    }
}
