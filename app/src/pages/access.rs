//! Signing in, the first sign-in, and one's own account.

use leptos::prelude::*;
use model::Problems;

use super::error_of;
use crate::components::{Field, Notice, NoticeKind, PageHead, ProblemSummary, Time};

fn brand() -> impl IntoView {
    view! { <p class="brand"><img src="/favicon.svg" width="32" height="32" alt=""/>"Steelyard"</p> }
}

/// Name and password.
pub fn sign_in(name: &str, error: Option<&str>, next: &str) -> impl IntoView + use<> {
    let error = error.map(str::to_owned).map(|text| view! { <Notice kind=NoticeKind::Bad>{text}</Notice> });
    view! {
        <div class="card narrow">
            {brand()}
            <h1>"Sign in"</h1>
            {error}
            <form method="post" action="/sign-in">
                <input type="hidden" name="next" value=next.to_owned()/>
                <Field label="Name" name="name" value=name autocomplete="username" required=true/>
                <Field label="Password" name="password" value="" kind="password" autocomplete="current-password" required=true/>
                <button class="button primary" type="submit">"Sign in"</button>
            </form>
        </div>
    }
}

/// The first user: by the code the server printed when it started.
pub fn welcome(name: &str, problems: &Problems) -> impl IntoView + use<> {
    view! {
        <div class="card narrow">
            {brand()}
            <h1>"Welcome"</h1>
            <p class="lede">"This site has no user yet. The server printed a one-time code when it started; with it you become the first administrator."</p>
            <ProblemSummary problems=problems.clone()/>
            <form method="post" action="/welcome">
                <Field label="One-time code" name="code" value="" autocomplete="one-time-code" class="mono" required=true
                    error=error_of(problems, "code")/>
                <Field label="Your name" name="name" value=name autocomplete="username" required=true
                    error=error_of(problems, "name")/>
                <Field label="New password" name="password" value="" kind="password" autocomplete="new-password" required=true
                    hint="At least 10 characters; a sentence is fine." error=error_of(problems, "password")/>
                <button class="button primary" type="submit">"Start"</button>
            </form>
        </div>
    }
}

/// A session of one's own.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Its number.
    pub id: i64,
    /// Sign-in, microseconds since 1970 UTC.
    pub created: i64,
    /// Last request.
    pub last_seen: i64,
    /// From where.
    pub address: String,
    /// With what.
    pub agent: String,
    /// The one this page is shown in.
    pub current: bool,
}

/// Password and sessions.
pub fn account(
    name: &str,
    role: &str,
    sessions: &[SessionLine],
    problems: &Problems,
    now: i64,
) -> impl IntoView + use<> {
    let session = |line: &SessionLine| {
        let end = if line.current {
            view! { <span class="badge">"this one"</span> }.into_any()
        } else {
            view! {
                <form method="post" action="/account/sessions/revoke">
                    <input type="hidden" name="id" value=line.id/>
                    <button class="quiet" type="submit">"End"</button>
                </form>
            }
            .into_any()
        };
        view! {
            <tr>
                <td>{line.address.clone()}</td>
                <td class="clip">{line.agent.clone()}</td>
                <td><Time at=line.created now=now/></td>
                <td><Time at=line.last_seen now=now/></td>
                <td class="end">{end}</td>
            </tr>
        }
    };
    view! {
        <PageHead title=name lede=format!("Role: {role}")/>
        <section class="card">
            <h2>"Password"</h2>
            <ProblemSummary problems=problems.clone()/>
            <form method="post" action="/account/password" class="fields">
                <Field label="Present password" name="current" value="" kind="password" autocomplete="current-password"
                    required=true error=error_of(problems, "current")/>
                <Field label="New password" name="password" value="" kind="password" autocomplete="new-password" required=true
                    hint="At least 10 characters. Every session ends, this one too." error=error_of(problems, "password")/>
                <div class="actions"><button class="button" type="submit">"Change password"</button></div>
            </form>
        </section>
        <section class="card">
            <h2>"Sessions"</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Sessions">
                <table>
                    <thead><tr><th>"Address"</th><th>"Browser"</th><th>"Signed in"</th><th>"Last seen"</th><th><span class="sr">"Action"</span></th></tr></thead>
                    <tbody>{sessions.iter().map(session).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
