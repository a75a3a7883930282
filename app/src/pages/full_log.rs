//! The time in which the query log keeps every row, whatever its limits: what is left of it, how it begins and ends.

use leptos::prelude::*;

use crate::components::{Notice, NoticeKind};
use crate::format;

/// How long a full log lasts that is begun here.
const LASTS: [(&str, &str); 3] = [("10m", "10 minutes"), ("30m", "30 minutes"), ("2h", "2 hours")];

/// What is left of the full log at `now`, or the buttons that begin one where rows are limited at all.
pub fn full_log(limited: bool, until: Option<i64>, now: i64) -> AnyView {
    match until.filter(|until| *until > now) {
        Some(until) => view! {
            <Notice kind=NoticeKind::Info>
                {format!("Every row is kept for another {}, until ", left(until - now))}
                <time datetime=format::rfc3339(until) title=format::date_time(until)>{format::clock(until)}</time>
                {if limited { " UTC; the limits rest." } else { " UTC." }}
                <form method="post" action="/logs/full">
                    <input type="hidden" name="for" value=""/>
                    <button class="button" type="submit">"End it now"</button>
                </form>
            </Notice>
        }
        .into_any(),
        None if limited => {
            let buttons = LASTS.map(|(value, label)| {
                view! { <button class="button" type="submit" name="for" value=value>{label}</button> }
            });
            view! {
                <Notice kind=NoticeKind::Info>
                    "Rows are "<a href="/logs/policy">"limited"</a>" here, and each kept one says how many it stands for. Keep every row for:"
                    <form method="post" action="/logs/full">{buttons.to_vec()}</form>
                </Notice>
            }
            .into_any()
        }
        None => ().into_any(),
    }
}

/// What is left, rounded up, so that it never says nothing while something is.
fn left(span: i64) -> String {
    let seconds = (span + 999_999) / 1_000_000;
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", (seconds + 59) / 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_counted_down_and_never_nothing() {
        let said: Vec<String> = [1, 1_000_000, 119_000_000, 119_000_001, 1_800_000_000].map(left).into();
        assert_eq!(said, ["1 s", "1 s", "119 s", "2 min", "30 min"]);
    }
}
