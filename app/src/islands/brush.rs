use leptos::prelude::*;

/// A part of a histogram is chosen by dragging over it, or by the keyboard, and zoomed to. Without wasm each bar leads to
/// its own step, and links to other windows stand below.
#[island]
pub fn Brush() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
    view! { <span hidden></span> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;
    use std::rc::Rc;

    use leptos::prelude::*;
    use web_sys::{Element, KeyboardEvent, PointerEvent};

    use crate::format;
    use crate::islands::dom::{REFRESHED, find, listen, set_style, within};

    /// Less is a click, pixels.
    const LEAST_PX: f64 = 5.0;

    /// The histogram as its element tells it, microseconds since 1970 UTC.
    struct Plot {
        area: Element,
        first: i64,
        end: i64,
        step: i64,
        href: String,
    }

    impl Plot {
        fn of(area: Element) -> Option<Plot> {
            let number = |name: &str| area.get_attribute(name)?.parse().ok();
            let (first, end, step): (i64, i64, i64) =
                (number("data-first")?, number("data-end")?, number("data-step")?);
            let href = area.get_attribute("data-href")?;
            (step > 0 && end > first).then_some(Plot { area, first, end, step, href })
        }

        fn steps(&self) -> i64 {
            ((self.end - self.first) + self.step - 1) / self.step
        }

        /// The step under a place across the page.
        fn step_at(&self, x: f64) -> i64 {
            let place = self.area.get_bounding_client_rect();
            let share = ((x - place.left()) / place.width().max(1.0)).clamp(0.0, 1.0);
            let at = share * (self.end - self.first) as f64;
            ((at / self.step as f64) as i64).clamp(0, self.steps() - 1)
        }

        /// Where steps from and to begin and end.
        fn times(&self, (a, b): (i64, i64)) -> (i64, i64) {
            (self.first + a.min(b) * self.step, self.first + (a.max(b) + 1) * self.step)
        }

        fn show(&self, steps: (i64, i64)) {
            let Some(range) = self.range() else { return };
            let (from, to) = self.times(steps);
            let percent =
                |at: i64| (at.min(self.end) - self.first) as f64 / (self.end - self.first) as f64 * 100.0;
            set_style(&range, "left", &format!("{:.3}%", percent(from)));
            set_style(&range, "width", &format!("{:.3}%", percent(to) - percent(from)));
            range.set_text_content(Some(&format!("{} – {}", format::clock(from), format::clock(to))));
            let _ = range.remove_attribute("hidden");
        }

        /// The element that marks what is chosen; made when it is first needed.
        fn range(&self) -> Option<Element> {
            if let Some(range) = self.area.query_selector(".brush-range").ok()? {
                return Some(range);
            }
            let range = document().create_element("div").ok()?;
            range.set_class_name("brush-range");
            let _ = range.set_attribute("aria-hidden", "true");
            self.area.append_child(&range).ok()?;
            Some(range)
        }

        fn hide(&self) {
            if let Ok(Some(range)) = self.area.query_selector(".brush-range") {
                let _ = range.set_attribute("hidden", "");
            }
            hold(&self.area, false);
        }

        fn zoom(&self, steps: (i64, i64)) {
            let (from, to) = self.times(steps);
            let time = |at| format::in_query(&format::rfc3339(at));
            let href = self.href.replacen("from=FROM", &format!("from={}", time(from)), 1);
            let href = href.replacen("to=TO", &format!("to={}", time(to)), 1);
            let _ = window().location().set_href(&href);
        }
    }

    /// While a part is chosen nothing is put in the place of the chart.
    fn hold(area: &Element, held: bool) {
        if let Ok(Some(region)) = area.closest("[data-live]") {
            let _ = if held {
                region.set_attribute("data-held", "")
            } else {
                region.remove_attribute("data-held")
            };
        }
    }

    #[derive(Default)]
    struct Drag {
        plot: Option<Plot>,
        begun_at: f64,
        steps: (i64, i64),
        dragged: bool,
        /// The click that ends a drag is none.
        swallow: bool,
    }

    pub fn start() {
        let drag = Rc::new(RefCell::new(Drag::default()));
        let page = document();
        let down = drag.clone();
        listen(&page, "pointerdown", move |event: PointerEvent| {
            let mut drag = down.borrow_mut();
            drag.swallow = false;
            let plain = event.button() == 0 && event.is_primary() && !event.ctrl_key() && !event.meta_key();
            let Some(plot) = within(&event, "[data-brush]").and_then(Plot::of).filter(|_| plain) else {
                return;
            };
            let x = f64::from(event.client_x());
            let step = plot.step_at(x);
            (drag.begun_at, drag.steps, drag.dragged, drag.plot) = (x, (step, step), false, Some(plot));
        });
        let moved = drag.clone();
        listen(&page, "pointermove", move |event: PointerEvent| {
            let mut drag = moved.borrow_mut();
            let x = f64::from(event.client_x());
            let far = (x - drag.begun_at).abs() >= LEAST_PX;
            let Some(plot) = &drag.plot else { return };
            let steps = (drag.steps.0, plot.step_at(x));
            if far || drag.dragged {
                hold(&plot.area, true);
                plot.show(steps);
                (drag.steps, drag.dragged) = (steps, true);
            }
        });
        let up = drag.clone();
        listen(&page, "pointerup", move |_: PointerEvent| {
            let mut drag = up.borrow_mut();
            let Some(plot) = drag.plot.take() else { return };
            if drag.dragged {
                drag.swallow = true;
                plot.zoom(drag.steps);
            }
        });
        let ended = drag.clone();
        listen(&page, "pointercancel", move |_: PointerEvent| {
            if let Some(plot) = ended.borrow_mut().plot.take() {
                plot.hide();
            }
        });
        listen(&page, "click", move |event: web_sys::Event| {
            if drag.borrow().swallow && within(&event, "[data-brush]").is_some() {
                event.prevent_default();
            }
        });
        // Bars are links, which would be dragged themselves.
        listen(&page, "dragstart", |event: web_sys::Event| {
            if within(&event, "[data-brush]").is_some() {
                event.prevent_default();
            }
        });
        listen(&page, "keydown", |event: KeyboardEvent| press(&event));
        listen(&page, "focusout", |event: web_sys::Event| {
            if let Some(plot) = within(&event, ".brush-keys")
                .and_then(|keys| keys.closest("[data-brush]").ok()?)
                .and_then(Plot::of)
            {
                plot.hide();
            }
        });
        listen(&page, REFRESHED, |_: web_sys::Event| offer_keys());
        offer_keys();
    }

    /// A stop for the keyboard over the chart.
    fn offer_keys() {
        let Some(plot) = find("[data-brush]").and_then(Plot::of) else { return };
        if plot.area.query_selector(".brush-keys").ok().flatten().is_some() {
            return;
        }
        let Ok(keys) = document().create_element("div") else { return };
        keys.set_class_name("brush-keys");
        let last = (plot.steps() - 1).to_string();
        let attributes = [
            ("tabindex", "0"),
            ("role", "slider"),
            ("aria-label", "Part of the time to zoom to: arrows move, with Shift they widen, Enter zooms"),
            ("aria-valuemin", "0"),
            ("aria-valuemax", &last),
        ];
        for (name, value) in attributes {
            let _ = keys.set_attribute(name, value);
        }
        tell(&keys, &plot, (plot.steps() - 1, plot.steps() - 1));
        let _ = plot.area.append_child(&keys);
    }

    /// What is chosen stands on the element itself, which goes when the chart is replaced.
    fn tell(keys: &Element, plot: &Plot, steps: (i64, i64)) {
        let (from, to) = plot.times(steps);
        let _ = keys.set_attribute("data-steps", &format!("{},{}", steps.0, steps.1));
        let _ = keys.set_attribute("aria-valuenow", &steps.1.to_string());
        let _ = keys.set_attribute(
            "aria-valuetext",
            &format!("{} to {} UTC", format::clock(from), format::clock(to)),
        );
    }

    fn press(event: &KeyboardEvent) {
        let Some(keys) = within(event, ".brush-keys") else { return };
        let Some(plot) = keys.closest("[data-brush]").ok().flatten().and_then(Plot::of) else { return };
        let read = keys.get_attribute("data-steps").and_then(|text| {
            let (a, b) = text.split_once(',')?;
            Some((a.parse().ok()?, b.parse().ok()?))
        });
        let (anchor, head): (i64, i64) = read.unwrap_or_default();
        let last = plot.steps() - 1;
        let to = match event.key().as_str() {
            "ArrowLeft" => head - 1,
            "ArrowRight" => head + 1,
            "Home" => 0,
            "End" => last,
            "Enter" => {
                event.prevent_default();
                return plot.zoom((anchor, head));
            }
            "Escape" => {
                event.prevent_default();
                return plot.hide();
            }
            _ => return,
        };
        event.prevent_default();
        let head = to.clamp(0, last);
        let steps = (if event.shift_key() { anchor } else { head }, head);
        tell(&keys, &plot, steps);
        hold(&plot.area, true);
        plot.show(steps);
    }
}
