//! Who asked, from stored rows: counters know no client.

use api::view::SplitView;
use leptos::prelude::*;
use model::split::SplitClients;

use super::figures::{clients_rows, concentration_rows};
use super::{Figure, Figures, Files};
use crate::charts::{Rows, stacked_rows};
use crate::components::Stat;
use crate::format;

/// The clients, and the answers by network and transport.
pub fn section(view: &SplitView, figures: &Figures<'_>, files: &Files) -> AnyView {
    let part = |title: &'static str, rows: &Rows, figure| {
        view! {
            <section class="card">
                <h3>{title}</h3>
                {stacked_rows(rows, &figures.series)}
                {files.data(figures, figure)}
            </section>
        }
        .into_any()
    };
    let Some(clients) = view.clients.as_ref() else {
        return view! {
            <h2>"Who asked"</h2>
            <p class="muted">"The rows of this window could not be read within 5 s: choose a shorter one to see who asked."</p>
        }
        .into_any();
    };
    if clients.rows == 0 {
        return view! {
            <h2>"Who asked"</h2>
            <p class="muted">"No row of this window is stored, so that nothing is known of who asked."</p>
        }
        .into_any();
    }
    let networks = figures.parts("Answers by client network", clients.answers, &clients.by_network);
    let transports = figures.parts("Answers by transport", clients.answers, &clients.by_transport);
    view! {
        <h2>"Who asked"</h2>
        <p>{concentration(clients)}</p>
        <p class="muted">{source(clients)}</p>
        {numbers(clients)}
        <div class="multiples">
            {part("Share of the top clients", &concentration_rows(clients), Figure::Concentration)}
            {part("Clients with the most answers", &clients_rows(clients), Figure::Clients)}
            {part("By client network", &networks, Figure::Networks)}
            {part("By transport", &transports, Figure::Transports)}
        </div>
    }
    .into_any()
}

/// What keeps a reader from taking answers for users.
fn concentration(clients: &SplitClients) -> String {
    let about = if clients.estimated { "About 80 %" } else { "80 %" };
    let of = match (clients.clients_of_80_percent, clients.clients) {
        (_, 1) => "All answers went to one client".to_owned(),
        (few, all) => format!(
            "{about} of the answers went to {} of {}",
            format::thousands(few),
            format::count(all, "client", "clients")
        ),
    };
    format!(
        "{of}. An answer is not a user: a resolver asks once for everybody behind it and repeats the answer until its TTL ends, so \
         that shares of answers need not be shares of users."
    )
}

fn source(clients: &SplitClients) -> String {
    let rows = format::count(clients.rows, "row", "rows");
    let read = match clients.cut_at {
        Some(at) => format!("From the newest rows of the log, since {} UTC: {rows}", format::date_time(at)),
        None => format!("From {rows} of the log"),
    };
    let read = format!("{read}, up to {} UTC", format::clock(clients.to));
    if clients.estimated {
        let answers = format::thousands(clients.answers);
        return format!(
            "{read}, standing for {answers} answers. A throttle sampled them: all numbers below are estimates."
        );
    }
    format!("{read}.")
}

fn numbers(clients: &SplitClients) -> AnyView {
    let top = clients.top.first().map(|top| top.share).unwrap_or_default();
    view! {
        <div class="stats">
            <Stat label="Clients" value=format::thousands(clients.clients) hint="addresses that asked"/>
            <Stat label="Networks" value=format::thousands(clients.networks) hint="/24 and /56, the client's own where a resolver tells"/>
            <Stat label="As concentrated as" value=format!("{:.1}", clients.effective_clients) hint="clients with equal parts"/>
            <Stat label="Largest client" value=format::percent(top, 1) hint="of the answers"/>
        </div>
    }
    .into_any()
}
