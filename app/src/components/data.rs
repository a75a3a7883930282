use leptos::prelude::*;
use model::health::Health;
use model::occurrence::{Level, Outcome};
use model::split::Verdict;

use crate::format;

/// A number with its name; a link to what it counts.
#[component]
pub fn Stat(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] href: String,
) -> impl IntoView {
    let inner = view! {
        <span class="stat-label">{label}</span>
        <span class="stat-value">{value}</span>
        <span class="stat-hint">{hint}</span>
    };
    if href.is_empty() {
        view! { <div class="stat">{inner}</div> }.into_any()
    } else {
        view! { <a class="stat" href=href>{inner}</a> }.into_any()
    }
}

/// Health by shape, colour and word.
#[component]
pub fn HealthMark(health: Health) -> impl IntoView {
    let (class, shape, word) = match health {
        Health::Up => ("mark up", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z", "up"),
        Health::Down => ("mark down", "M8 13.500 2.500 4h11Z", "down"),
        Health::Unknown => ("mark unknown", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z", "unknown"),
    };
    view! {
        <span class=class>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=shape></path></svg>
            {word}
        </span>
    }
}

/// A verdict by shape, colour and word.
#[component]
pub fn VerdictMark(verdict: Verdict) -> impl IntoView {
    let (class, shape) = match verdict {
        Verdict::Pass => ("verdict pass", "M3.500 8.500 6.500 11.500 12.500 4.500"),
        Verdict::Fail => ("verdict fail", "M4 4l8 8M12 4l-8 8"),
        Verdict::Insufficient => ("verdict insufficient", "M4 8h8"),
    };
    view! {
        <span class=class>
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
                <path d=shape fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"></path>
            </svg>
            {verdict.as_str()}
        </span>
    }
}

/// An event by shape, colour and word: `good` is what ends trouble; trouble is the louder the higher its level.
#[component]
pub fn LevelMark(level: Level, good: bool, #[prop(into)] word: String) -> impl IntoView {
    let (class, shape) = match (good, level) {
        (true, _) => ("mark up", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z"),
        (false, Level::Low) => ("mark", "M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z"),
        (false, Level::Medium) => ("mark warn", "M8 3 14 13H2Z"),
        (false, Level::High) => ("mark down", "M8 13.500 2.500 4h11Z"),
    };
    view! {
        <span class=class title=format!("Level {}", level.as_str())>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=shape></path></svg>
            {word}
        </span>
    }
}

/// What became of a delivery, by shape, colour and word.
#[component]
pub fn OutcomeMark(outcome: Outcome) -> impl IntoView {
    let (class, shape) = match outcome {
        Outcome::Delivered => ("mark up", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z"),
        Outcome::Retrying => ("mark unknown", "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z"),
        Outcome::Failed | Outcome::Dropped => ("mark down", "M8 13.500 2.500 4h11Z"),
    };
    view! {
        <span class=class>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=shape></path></svg>
            {outcome.as_str()}
        </span>
    }
}

/// A moment, as how long ago, with the exact time on hover and for machines.
#[component]
pub fn Time(at: i64, now: i64) -> impl IntoView {
    view! { <time datetime=format::rfc3339(at) title=format!("{} UTC", format::date_time(at))>{format::ago(at, now)}</time> }
}

/// Nothing here: why, and what to do next.
#[component]
pub fn Empty(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            // A steelyard with nothing on its hook.
            <svg class="empty-art" viewBox="0 0 112 64" width="112" height="64" aria-hidden="true">
                <g fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">
                    <path d="M6 25 106 13M36 4v17M18 24v10M18 34 6 52h24ZM6 52c2 6 22 6 24 0"></path>
                    <path d="M48 17.500v3M58 16.300v3M68 15v3M78 13.900v3M88 12.700v3M98 11.500v3"></path>
                    <path class="weight" d="M68 19v6M63 25h10l2 11H61Z"></path>
                </g>
            </svg>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
