use api::place::Resident;
use leptos::prelude::*;

use crate::components::HealthMark;
use crate::format;

/// Members that a page lists at most.
const LISTED: usize = 500;

/// Members of a place, with the weight they are answered by and how they are.
pub fn table(residents: &[Resident], with_location: bool) -> AnyView {
    let more = (residents.len() > LISTED).then(|| {
        let count = format::thousands((residents.len() - LISTED) as u64);
        view! { <p class="muted">{format!("And {count} more.")}</p> }
    });
    let place = with_location.then(|| view! { <th scope="col">"Location"</th> });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Members">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Member"</th><th scope="col">"Service"</th><th scope="col">"Pool"</th>{place}
                        <th scope="col" class="num">"Weight"</th><th scope="col">"Health"</th>
                    </tr>
                </thead>
                <tbody>{residents.iter().take(LISTED).map(|one| row(one, with_location)).collect_view()}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

fn row(one: &Resident, with_location: bool) -> AnyView {
    let service = one.service.clone();
    let place = with_location
        .then(|| view! { <td>{one.location.as_ref().map(ToString::to_string).unwrap_or_default()}</td> });
    let disabled = (!one.enabled).then(|| view! { <span class="badge">"disabled"</span> });
    let draining = one.draining.then(|| view! { <span class="badge">"draining"</span> });
    let forced = one.forced.then(|| view! { <a class="badge" href="/overrides">"forced"</a> });
    let health = if one.monitored || one.forced {
        view! { <HealthMark health=one.health/> }.into_any()
    } else {
        view! { <span class="muted">"not monitored"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" class="mono">{known_by(one)}{disabled}{draining}{forced}</th>
            <td><a href=format!("/services/{service}")>{service.clone()}</a></td>
            <td>{one.pool.clone()}</td>
            {place}
            <td class="num">{one.weight.to_string()}</td>
            <td>{health}</td>
        </tr>
    }
    .into_any()
}

/// A member, with the addresses its name stands for.
pub fn known_by(one: &Resident) -> String {
    let addresses: Vec<String> = one.addresses.iter().map(ToString::to_string).collect();
    match addresses.as_slice() {
        [] => one.member.clone(),
        [address] if *address == one.member => address.clone(),
        all => format!("{} ({})", one.member, all.join(", ")),
    }
}
