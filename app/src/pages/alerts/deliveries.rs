use api::view::DeliveriesView;
use leptos::prelude::*;
use model::occurrence::{Delivery, Outcome};

use crate::components::{Crumbs, Empty, Notice, NoticeKind, OutcomeMark, PageHead, Select};
use crate::format;
use crate::islands::AutoRefresh;

/// The log of deliveries.
pub fn deliveries(view: &DeliveriesView, now: i64) -> impl IntoView + use<> {
    let mut channels = vec![(String::new(), "Every channel".to_owned())];
    channels.extend(view.channels.iter().map(|name| (name.clone(), name.clone())));
    let mut outcomes = vec![(String::new(), "Every outcome".to_owned())];
    outcomes.extend(Outcome::ALL.map(|o| (o.as_str().to_owned(), o.as_str().to_owned())));
    let problem = view.problem.clone().map(|text| view! { <p class="error" role="alert">{text}</p> });
    let content = match &view.deliveries {
        None if view.problem.is_some() => ().into_any(),
        None => view! { <Notice kind=NoticeKind::Warn>"Deliveries are read from storage, which is away."</Notice> }.into_any(),
        Some(list) if list.is_empty() => {
            view! { <Empty title="No delivery" text="Nothing was sent that is one of those you asked for."/> }.into_any()
        }
        Some(list) => {
            let next = view.next.map(|(at, id)| {
                let href = format!(
                    "/alerts/deliveries?channel={}&outcome={}&before={at}%2C{id}",
                    format::in_query(&view.channel),
                    format::in_query(&view.outcome)
                );
                view! { <a class="button" href=href>"Older deliveries"</a> }
            });
            view! {
                {table(list, now)}
                <p class="page-foot">
                    <span class="muted">{format!("{} shown, newest first", format::count(list.len() as u64, "attempt", "attempts"))}</span>
                    {next}
                </p>
            }
            .into_any()
        }
    };
    view! {
        <Crumbs items=vec![("Alerts".to_owned(), "/alerts".to_owned())]/>
        <PageHead title="Deliveries" lede="Every attempt to tell somebody, with what the receiver answered">
            <AutoRefresh seconds=5/>
        </PageHead>
        <form method="get" action="/alerts/deliveries" class="card fields event-filter" role="search">
            <Select label="Channel" name="channel" value=view.channel.clone() options=channels/>
            <Select label="Outcome" name="outcome" value=view.outcome.clone() options=outcomes/>
            <div class="actions"><button class="button primary" type="submit">"Filter"</button></div>
        </form>
        {problem}
        <div data-live="deliveries">{content}</div>
    }
}

/// Attempts as a table.
pub fn table(list: &[Delivery], now: i64) -> AnyView {
    let row = |delivery: &Delivery| {
        let attempt = if delivery.attempt == 0 { "–".to_owned() } else { delivery.attempt.to_string() };
        let code = if delivery.code.is_empty() { "–".to_owned() } else { delivery.code.clone() };
        let took = format!("{:.1}", delivery.took_us as f64 / 1000.0);
        let rule = delivery.rule.as_ref().map_or_else(|| "test".to_owned(), ToString::to_string);
        let again = delivery.next_at.map(|at| format!("again at {}", format::clock(at)));
        let note = [Some(delivery.note.clone()).filter(|n| !n.is_empty()), again];
        let note = note.into_iter().flatten().collect::<Vec<_>>().join("; ");
        view! {
            <tr>
                <td class="when"><time datetime=format::rfc3339(delivery.at) title=format::ago(delivery.at, now)>{format::date_time(delivery.at)}</time></td>
                <td>{delivery.channel.to_string()}</td>
                <td>{rule}</td>
                <td class="wrap">{delivery.subject.clone()}</td>
                <td><OutcomeMark outcome=delivery.outcome/></td>
                <td class="mono">{code}</td>
                <td class="num">{took}</td>
                <td class="num">{attempt}</td>
                <td class="wrap note">{note}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Deliveries">
            <table class="lines deliveries">
                <thead>
                    <tr>
                        <th scope="col">"Time (UTC)"</th><th scope="col">"Channel"</th><th scope="col">"Rule"</th>
                        <th scope="col">"Alert"</th><th scope="col">"Outcome"</th><th scope="col">"Answer"</th>
                        <th scope="col" class="num">"ms"</th><th scope="col" class="num">"Try"</th><th scope="col">"Note"</th>
                    </tr>
                </thead>
                <tbody>{list.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
