//! Plans and revisions: what a change does, and what changes were made.

use model::plan::ObjectKind;
use utoipa::openapi::{ObjectBuilder, Schema, Type};

use super::Named;
use crate::http::openapi::shape::{count, flag, instant, list_of, object, or_null, text, to, word};

pub const ALL: &[Named] = &[
    ("Plan", plan),
    ("Change", change),
    ("Applied", applied),
    ("Imported", imported),
    ("Written", written),
    ("WrittenZone", || written_of("Zone")),
    ("WrittenService", || written_of("Service")),
    ("WrittenMonitor", || written_of("Monitor")),
    ("WrittenSite", || written_of("Site")),
    ("WrittenLocation", || written_of("Location")),
    ("WrittenChannel", || written_of("Channel")),
    ("WrittenAlertRule", || written_of("AlertRule")),
    ("WrittenClientGroup", || written_of("ClientGroup")),
    ("Revision", revision),
    ("RevisionDetail", revision_detail),
];

fn plan() -> Schema {
    object("All differences between two configurations.")
        .must("changes", list_of("Change", "Objects that differ, by kind and name."))
        .open()
}

fn change() -> Schema {
    let kinds = [
        ObjectKind::Site,
        ObjectKind::Location,
        ObjectKind::ClientGroup,
        ObjectKind::Zone,
        ObjectKind::Monitor,
        ObjectKind::Service,
        ObjectKind::Channel,
        ObjectKind::AlertRule,
        ObjectKind::Logging,
    ];
    let state =
        |about: &str| or_null(ObjectBuilder::new().schema_type(Type::Object).description(Some(about)));
    object("One object that differs.")
        .must("kind", word("Kind of the object.", &kinds.map(ObjectKind::as_str)))
        .must("name", text("Its name."))
        .must("before", state("The object before; null when it is added."))
        .must("after", state("The object after; null when it is removed."))
        .open()
}

fn applied() -> Schema {
    object("What an apply or a revert did, or would do.")
        .must("plan", to("Plan", "What changes."))
        .must("applied", flag("Whether it was done: not in a dry run, and not when nothing differs."))
        .must("generation", count("Generation of the configuration."))
        .open()
}

fn imported() -> Schema {
    let warnings = "What was taken otherwise than it stands in the file, or will not work as meant. The field of each \
                    is `line N`.";
    object("What an import did, or would do.")
        .must("plan", to("Plan", "What changes."))
        .must("applied", flag("Whether it was done: not in a dry run, and not when nothing differs."))
        .must("generation", count("Generation of the configuration."))
        .must("warnings", list_of("Problem", warnings))
        .open()
}

fn written() -> Schema {
    let null =
        ObjectBuilder::new().schema_type(Type::Null).description(Some("Nothing: no one object was written."));
    written_with(null.into())
}

fn written_of(schema: &str) -> Schema {
    written_with(to(schema, "The object as it was sent, with its defaults.").into())
}

fn written_with(written: super::RefOr<Schema>) -> Schema {
    let generation = "Generation in force; of a dry run the one it would have become.";
    object("What a write did, or would do.")
        .must("generation", count(generation))
        .must("changed", flag("Whether anything differs."))
        .must("plan", to("Plan", "What differs, object by object."))
        .must("object", written)
        .open()
}

fn revision() -> Schema {
    object("A change of the configuration in the history.")
        .must("generation", count("Its number; each change has the next."))
        .must("actor", text("Who: the user, or `token` and the token's name."))
        .must("at", instant("When"))
        .must("reason", text("Why, in the actor's words; empty when none was given."))
        .must("source", text("From where: `console`, `rest`, `cli`, or `ramp` for a step of a canary ramp."))
        .open()
}

fn revision_detail() -> Schema {
    object("A change with every object it changed.")
        .must("line", to("Revision", "The change."))
        .must("changes", list_of("Change", "Every object it changed."))
        .open()
}
