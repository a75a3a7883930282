use api::place::{Asked, Whereabouts};
use leptos::prelude::*;
use model::config::Addresses;

use crate::components::Field;

/// Asks which group and place a client falls into; answered by what answers queries.
pub fn finder(path: &'static str, asked: &Asked) -> AnyView {
    let (error, found) = match &asked.found {
        Some(Err(why)) => (Some(format!("{:?}: {why}", asked.client)), None),
        Some(Ok(found)) => (None, Some(answer(found))),
        None => (None, None),
    };
    view! {
        <section class="card finder" id="finder">
            <h2>"Who is a client?"</h2>
            <form method="get" action=format!("{path}#finder")>
                <Field label="Address or network" name="client" value=asked.client.clone() class="mono" placeholder="192.0.2.1" error=error/>
                <button class="button" type="submit">"Look it up"</button>
            </form>
            {found}
        </section>
    }
    .into_any()
}

fn answer(found: &Whereabouts) -> AnyView {
    let kind = match found.addresses {
        Addresses::Private => "private addresses",
        Addresses::Public => "public addresses where members have them",
    };
    let group = match &found.group {
        Some(group) => format!("{group}: answered {kind}"),
        None => format!("none: answered {kind}"),
    };
    let place = match (&found.location, found.coordinates) {
        (Some(location), Some(at)) => format!("in a network of {location}, {}", degrees(at)),
        (None, Some(at)) => format!("{}, by the geographic databases", degrees(at)),
        _ => "not known: no location with coordinates has its network".to_owned(),
    };
    let asn = found.asn.map(|asn| format!("AS {asn}"));
    let known: Vec<String> =
        [found.country.clone(), found.continent.clone(), asn].into_iter().flatten().collect();
    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    let near: Vec<String> =
        found.nearest.iter().map(|(name, kilometres)| format!("{name} ({kilometres:.0} km)")).collect();
    let near = (!near.is_empty())
        .then(|| view! { <div><dt>"Nearest locations"</dt><dd>{near.join(", ")}</dd></div> });
    view! {
        <dl class="facts">
            <div><dt>"Client"</dt><dd class="mono">{found.client.clone()}</dd></div>
            <div><dt>"Group"</dt><dd>{group}<span class="muted">{holds(found.group_scope)}</span></dd></div>
            <div><dt>"Place"</dt><dd>{place}<span class="muted">{holds(found.place_scope)}</span></dd></div>
            <div><dt>"Databases say"</dt><dd>{known}</dd></div>
            {near}
        </dl>
    }
    .into_any()
}

/// For whom the same is true.
fn holds(scope: u8) -> String {
    match scope {
        0 => "; so is every client".to_owned(),
        bits => format!("; so is whoever shares its first {bits} bits"),
    }
}

/// Degrees as people write them, `40.42 N, 3.7 W`.
pub fn degrees((north, east): (f64, f64)) -> String {
    let side = |degrees: f64, sides: [&str; 2]| {
        format!("{} {}", degrees.abs(), if degrees < 0.0 { sides[1] } else { sides[0] })
    };
    format!("{}, {}", side(north, ["N", "S"]), side(east, ["E", "W"]))
}

#[cfg(test)]
mod tests {
    use super::degrees;

    #[test]
    fn degrees_have_their_side_of_the_globe() {
        assert_eq!(degrees((40.42, -3.7)), "40.42 N, 3.7 W");
        assert_eq!(degrees((-33.87, 151.21)), "33.87 S, 151.21 E");
    }
}
