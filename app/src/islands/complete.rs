use leptos::prelude::*;

/// One thing that may come next: where it goes in the text, in bytes, how it is shown and what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    from: usize,
    to: usize,
    label: String,
    insert: String,
}

/// Offers what may come next in the filter beside it: fields, operators, values that there are. Arrows choose, Enter
/// or Tab takes, Escape closes. Without wasm the filter is typed as a whole.
#[island]
pub fn Complete() -> impl IntoView {
    let (choices, set_choices) = signal(Vec::<Choice>::new());
    let (active, set_active) = signal(None::<usize>);
    #[cfg(feature = "hydrate")]
    browser::start(choices, set_choices, active, set_active);
    #[cfg(not(feature = "hydrate"))]
    let _ = (set_choices, set_active);
    let options = move || {
        let chosen = active.get();
        let option = |(i, choice): (usize, Choice)| {
            view! {
                <li role="option" id=format!("filter-option-{i}") data-choice=i.to_string()
                    aria-selected=(chosen == Some(i)).to_string()>{choice.label}</li>
            }
        };
        choices.get().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <ul class="completions" role="listbox" id="filter-options" aria-label="What may come next"
            hidden=move || choices.get().is_empty()>{options}</ul>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    use super::Choice;
    use crate::format;
    use crate::islands::dom::{listen, within};

    /// Typing rests for so long before the server is asked.
    const REST: Duration = Duration::from_millis(90);

    #[derive(Clone)]
    struct Completion {
        input: web_sys::HtmlInputElement,
        choices: ReadSignal<Vec<Choice>>,
        set_choices: WriteSignal<Vec<Choice>>,
        active: ReadSignal<Option<usize>>,
        set_active: WriteSignal<Option<usize>>,
        /// Number of the last question; what answers an older one is late.
        asked: Rc<Cell<u32>>,
    }

    pub fn start(
        choices: ReadSignal<Vec<Choice>>,
        set_choices: WriteSignal<Vec<Choice>>,
        active: ReadSignal<Option<usize>>,
        set_active: WriteSignal<Option<usize>>,
    ) {
        let Some(input) = document().get_element_by_id("filter").and_then(|e| e.dyn_into().ok()) else {
            return;
        };
        let input: web_sys::HtmlInputElement = input;
        let roles = [
            ("role", "combobox"),
            ("aria-autocomplete", "list"),
            ("aria-controls", "filter-options"),
            ("aria-expanded", "false"),
        ];
        for (name, value) in roles {
            let _ = input.set_attribute(name, value);
        }
        let it = Completion {
            input: input.clone(),
            choices,
            set_choices,
            active,
            set_active,
            asked: Rc::default(),
        };
        for event in ["input", "click"] {
            let it = it.clone();
            listen(&input, event, move |_: web_sys::Event| it.ask_soon());
        }
        let key = it.clone();
        listen(&input, "keydown", move |event: web_sys::KeyboardEvent| key.press(&event));
        let blur = it.clone();
        listen(&input, "blur", move |_: web_sys::Event| blur.close());
        let shown = it.input.clone();
        Effect::new(move |_| {
            let (open, chosen) = (!choices.get().is_empty(), active.get());
            let _ = shown.set_attribute("aria-expanded", if open { "true" } else { "false" });
            let _ = match chosen {
                Some(i) if open => {
                    shown.set_attribute("aria-activedescendant", &format!("filter-option-{i}"))
                }
                _ => shown.remove_attribute("aria-activedescendant"),
            };
        });
        if let Some(list) = document().get_element_by_id("filter-options") {
            // Before the input loses the focus to the click.
            listen(&list, "pointerdown", move |event: web_sys::Event| {
                event.prevent_default();
                let option = within(&event, "[data-choice]").and_then(|e| e.get_attribute("data-choice"));
                if let Some(i) = option.and_then(|i| i.parse().ok()) {
                    it.take(i);
                }
            });
        }
    }

    impl Completion {
        fn close(&self) {
            self.asked.set(self.asked.get() + 1);
            self.set_choices.set(Vec::new());
            self.set_active.set(None);
        }

        fn ask_soon(&self) {
            let number = self.asked.get() + 1;
            self.asked.set(number);
            let it = self.clone();
            set_timeout(
                move || {
                    if it.asked.get() == number {
                        leptos::task::spawn_local(async move { it.ask(number).await });
                    }
                },
                REST,
            );
        }

        async fn ask(self, number: u32) {
            let text = self.input.value();
            let at = bytes_before(&text, self.input.selection_start().ok().flatten().unwrap_or(u32::MAX));
            let url = format!("/logs/complete?at={at}&text={}", format::in_query(&text));
            let found = fetch(&url).await.unwrap_or_default();
            if self.asked.get() == number {
                self.set_active.set(None);
                self.set_choices.set(found);
            }
        }

        fn press(&self, event: &web_sys::KeyboardEvent) {
            let count = self.choices.get_untracked().len();
            let chosen = self.active.get_untracked();
            match (event.key().as_str(), chosen) {
                ("ArrowDown", _) if count == 0 => self.ask_soon(),
                ("ArrowDown", now) => self.move_to(now.map_or(0, |i| (i + 1) % count)),
                ("ArrowUp", now) if count > 0 => {
                    self.move_to(now.map_or(count - 1, |i| (i + count - 1) % count))
                }
                ("Enter" | "Tab", Some(i)) if count > 0 => self.take(i),
                ("Escape", _) if count > 0 => self.close(),
                _ => return,
            }
            event.prevent_default();
        }

        fn move_to(&self, i: usize) {
            self.set_active.set(Some(i));
            if let Some(option) = document().get_element_by_id(&format!("filter-option-{i}")) {
                option.scroll_into_view_with_bool(false);
            }
        }

        fn take(&self, i: usize) {
            let Some(choice) = self.choices.get_untracked().get(i).cloned() else { return };
            let text = self.input.value();
            let (Some(head), Some(tail)) = (text.get(..choice.from), text.get(choice.to..)) else { return };
            let head = format!("{head}{}", choice.insert);
            let tail = if head.ends_with(' ') { tail.trim_start() } else { tail };
            self.input.set_value(&format!("{head}{tail}"));
            let cursor = head.encode_utf16().count() as u32;
            let _ = self.input.set_selection_range(cursor, cursor);
            let _ = self.input.focus();
            self.set_choices.set(Vec::new());
            self.set_active.set(None);
            self.ask_soon();
        }
    }

    /// Browsers count in halves of UTF-16, the filter language in bytes.
    fn bytes_before(text: &str, units: u32) -> usize {
        let (mut seen, mut bytes) = (0, 0);
        for c in text.chars() {
            if seen >= units {
                break;
            }
            seen += c.len_utf16() as u32;
            bytes += c.len_utf8();
        }
        bytes
    }

    /// A choice a line: from, to, label, text, separated by tabs, which no value of a filter can have.
    async fn fetch(url: &str) -> Option<Vec<Choice>> {
        let response: web_sys::Response =
            JsFuture::from(web_sys::window()?.fetch_with_str(url)).await.ok()?.dyn_into().ok()?;
        if !response.ok() || response.redirected() {
            return None;
        }
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        let choice = |line: &str| {
            let mut parts = line.split('\t');
            let (from, to) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some(Choice { from, to, label: parts.next()?.to_owned(), insert: parts.next()?.to_owned() })
        };
        text.lines().map(choice).collect()
    }
}
