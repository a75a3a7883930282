use leptos::prelude::*;

use crate::components::{Notice, NoticeKind, Time};

/// What a site that hears nobody says, with the way out of it. `back` is the page it stands on.
pub fn suspicion(since: i64, now: i64, back: &'static str) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Bad>
            <strong>"This site suspects itself."</strong>
            " No member is heard any more since "<Time at=since now=now/>", so its own network may be what is gone. Members keep what they were, at most for five minutes."
            <form method="post" action="/monitors/believe">
                <input type="hidden" name="back" value=back/>
                <button class="button" type="submit">"Take the members for down now"</button>
            </form>
        </Notice>
    }
    .into_any()
}
