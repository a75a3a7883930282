use leptos::prelude::*;

/// While weights are typed, writes the share of each member beside it: into the elements `data-share-of` names, and
/// the period of each pool into `data-period-of`. Without wasm both show what the server computed.
#[island]
pub fn WeightShares() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
    view! { <span hidden></span> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;

    pub fn start() {
        let update = Closure::<dyn FnMut(web_sys::Event)>::new(|_| {
            let _ = update();
        });
        // The listener lives as long as the page.
        let _ = document().add_event_listener_with_callback("input", update.as_ref().unchecked_ref());
        update.forget();
        let _ = self::update();
    }

    fn update() -> Option<()> {
        let shares = document().query_selector_all("[data-share-of]").ok()?;
        let mut pools: Vec<(String, Vec<(web_sys::Element, Option<u64>)>)> = Vec::new();
        for i in 0..shares.length() {
            let cell: web_sys::Element = shares.get(i)?.dyn_into().ok()?;
            let member = cell.get_attribute("data-share-of")?;
            let pool = member.split(".members.").next()?.to_owned();
            let weight = weight(&member);
            match pools.last_mut().filter(|(name, _)| *name == pool) {
                Some((_, members)) => members.push((cell, weight)),
                None => pools.push((pool, vec![(cell, weight)])),
            }
        }
        for (pool, members) in pools {
            show(&pool, &members);
        }
        Some(())
    }

    /// The weight typed for a member: none when the row is empty, switched off, or holds no number.
    fn weight(member: &str) -> Option<u64> {
        let input = |field: &str| -> Option<web_sys::HtmlInputElement> {
            document().get_element_by_id(&format!("{member}.{field}"))?.dyn_into().ok()
        };
        let given = !input("address")?.value().trim().is_empty();
        let enabled = input("enabled").is_none_or(|i| i.checked());
        let weight: u64 = input("weight")?.value().trim().parse().ok()?;
        (given && enabled && weight <= 1000).then_some(weight)
    }

    fn show(pool: &str, members: &[(web_sys::Element, Option<u64>)]) {
        let weights: Vec<u64> = members.iter().filter_map(|(_, w)| *w).collect();
        let mut shares = model::shares::shares(&weights).into_iter();
        for (cell, weight) in members {
            let share = weight.and_then(|_| shares.next());
            cell.set_text_content(Some(
                &share.map_or_else(|| "–".to_owned(), |s| crate::format::percent(s, 1)),
            ));
        }
        let place = document().query_selector(&format!("[data-period-of='{pool}']")).ok().flatten();
        if let Some(place) = place {
            place.set_text_content(Some(&crate::format::period(&weights)));
        }
    }
}
