//! Overrides of measured health.

use serde_json::json;
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{instant, object, text, to, word};

pub const ALL: &[Named] =
    &[("Override", an_override), ("NewOverride", new_override), ("OverrideTarget", target), ("Lift", lift)];

const FORCED: [&str; 2] = ["UP", "DOWN"];

fn an_override() -> Schema {
    object("What an operator decided instead of what checks say.")
        .must("target", to("OverrideTarget", "Whose health."))
        .must("forced", word("What it is taken for.", &FORCED))
        .may("until", instant("When it expires by itself; never when absent"))
        .must("by", text("Who decided."))
        .may("reason", text("Why, in their words."))
        .must("at", instant("When"))
        .open()
}

fn new_override() -> Schema {
    object("An override to put in force.")
        .must("target", to("OverrideTarget", "Whose health."))
        .must("forced", word("What it is taken for.", &FORCED))
        .may("for", to("Span", "How long it holds, 1s to 366d; until it is taken back when absent."))
        .may("reason", text("Why; at most 500 characters are kept.").default(Some(json!(""))))
        .closed()
}

fn target() -> Schema {
    let in_pool = |about: &str| {
        object(about).must("service", to("DnsName", "The service.")).must("pool", to("Label", "Its pool."))
    };
    let member = in_pool("One member.")
        .must("member", text("The member as the configuration names it: an address, or a name."))
        .closed();
    let pool = in_pool("Every member of a pool.").closed();
    OneOfBuilder::new()
        .description(Some("The members an override is about."))
        .item(object("One member.").must("member", member).closed())
        .item(object("Every member of a pool.").must("pool", pool).closed())
        .item(
            object("Every member that lives there.").must("location", to("Label", "The location.")).closed(),
        )
        .item(
            object("Every member of a location of that site.")
                .must("site", to("Label", "The site."))
                .closed(),
        )
        .into()
}

fn lift() -> Schema {
    object("An override to take back.").must("target", to("OverrideTarget", "Whose health.")).closed()
}
