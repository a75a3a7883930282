//! Every operation of REST.

use super::operation::{Answer, Body, Operation};
use super::{
    config, events, explain, exports, health, log_views, logs, objects, overrides, ramps, revisions, secrets,
    settings, split, tokens, users, zone_file,
};

const APPLY: &str = "The objects of the body take the place of those with their names; others stay, unless `prune` is \
                     given. Without the key `logging` the log's settings stay as well. All of it is one revision.";
const REVERT: &str = "A new revision that gives every object the old one changed its state of before.";
const ZONE_FILE: &str = "The static records as RFC 1035 section 5 writes them. Services are no part of it: their \
                         answers are made when they are asked for. Importing it again is an empty plan.";
const IMPORT: &str = "The file becomes the zone, which is added if there is none of this name; everything else stays. \
                      SOA and NS of the apex go to the zone's own fields; its serial stays the configuration's \
                      generation. `$INCLUDE` is refused. Every problem is named at once, its field being `line N`.";
const EXPLAIN: &str = "Runs the live selection code; no turn is taken and nothing is counted.";
const SPLIT: &str = "Counted from every answer, not from stored rows: throttles change nothing here. Segments begin \
                     where weights or eligible members change. Exact schedules are judged by their bound, random \
                     ones by a sequential test that may be read at any time. Where a hash of the client's network \
                     chooses, the networks of stored rows are judged: each has one member, and their shares are those \
                     of the hash's slots.";
const CLIENTS: &str = "From stored rows, the newest million of the log at most, each counted by what it stands for: who \
                       asked, how concentrated the clients are, and their networks and transports by member. Answers \
                       are not users: one resolver asks for many.";
const ROWS: &str = "A filter that few rows pass may take longer than 400 ms: then the page holds what was found until \
                    then, `searched_to` says how far back that is, and `next` goes on from there.";
const HISTOGRAM: &str = "Steps begin at multiples of their length since 1970 UTC; the first and the last hold what lies in \
                         the window. `suppressed` are answers whose rows were left out by a throttle or lost: by \
                         buckets of ten seconds, those that lie in the window in part as a whole.";
const TOP: &str = "Of a large window a random sample may be looked at; `basis` says so.";
const EXPORT: &str = "All rows of the window, oldest first: RFC 4180 CSV with a header, whose cells begin with an \
                      apostrophe where a spreadsheet could take them for a formula; with `format=ndjson` one JSON \
                      object a line, with numbers, booleans and null as such; with `format=parquet` an Apache Parquet \
                      file with typed columns. A client that sends `TE: trailers` is told the rows and the SHA-256 of \
                      the body behind its end; anybody finds them under `GET /exports/{id}`, whose number is in \
                      `X-Steelyard-Export`. Closing the connection ends the export.";
const JOB: &str = "For what takes long: the file is made in the background, one after the other, kept for seven days, \
                   and found under `GET /exports/{id}/file`. Files of all exports may take 10 GiB together.";
const EXPORTS: &str = "Jobs, and exports that answered a request. Kept for 90 days.";
const FETCH: &str = "Takes `Range` and `If-Range`, so that a download that broke off goes on where it was.";
const END: &str = "An export that waits or runs is cancelled and stays in the list; one that has ended is removed with \
                   its file. One's own, or as an operator.";
const TEST: &str = "One attempt, at once, past the queue; it says what came of it, and stands in the log of deliveries. \
                    A channel that is switched off is tried as well.";
const TAIL: &str = "Server-sent events from now on, one row each, until the reader goes away.";

const VIEW: &str = "Everybody who may read saves views of their own; sharing one with everybody needs the role operator, \
                    who may also change and delete what is shared.";

const OVERRIDE: &str = "Kept beside the measured health, which goes on being measured. It is in force when this answers, \
                        survives restarts, and expires by itself after `for`. A newer one on the same target takes \
                        its place; of several that name a member the narrowest decides.";
const BELIEVE: &str = "A site that hears no member any more suspects its own network and keeps what the members were, at \
                       most for five minutes. This ends it at once.";
const SECRET: &str = "Monitors and channels name it. It is sealed at once, with a key outside of the database, and cannot \
                      be read again.";

const RAMP: &str = "A ramp raises the share of one or more members of a pool step by step. Each share becomes the smallest whole weights \
                    that come nearest to it. It does nothing before it is started.";
const ABORT: &str = "The weights before the ramp are in force when this answers.";

/// All of them.
pub fn operations() -> Vec<Operation> {
    [configuration(), objects::operations(), observations(), ramps(), access()]
        .into_iter()
        .flatten()
        .collect()
}

fn one(schema: &str) -> Answer {
    Answer::One(schema.to_owned())
}

fn list(schema: &str) -> Answer {
    Answer::List(schema.to_owned())
}

fn configuration() -> Vec<Operation> {
    vec![
        Operation::get("/config", config::export)
            .called("config", "exportConfig", "The whole configuration in its declarative form")
            .gives(Answer::Yaml("Config".to_owned()))
            .tagged(),
        Operation::post("/config", config::apply)
            .called("config", "applyConfig", "Apply a configuration")
            .detail(APPLY)
            .query(&["prune"])
            .takes(Body::Yaml("Config".to_owned()))
            .gives(one("Applied"))
            .writes(),
        Operation::get("/zones/{name}/file", zone_file::export)
            .called("zones", "exportZoneFile", "One zone as a master file")
            .detail(ZONE_FILE)
            .gives(Answer::MasterFile)
            .tagged()
            .fails(&[400, 404]),
        Operation::post("/zones/{name}/file", zone_file::import)
            .called("zones", "importZoneFile", "Import a master file")
            .detail(IMPORT)
            .takes(Body::MasterFile)
            .gives(one("Imported"))
            .writes(),
        Operation::get("/settings/logging", settings::get_logging)
            .called("settings", "readLogging", "What the query log keeps")
            .gives(one("Logging")),
        Operation::put("/settings/logging", settings::put_logging)
            .called("settings", "putLogging", "Set what the query log keeps")
            .takes(Body::Json("Logging".to_owned()))
            .gives(one("Logging"))
            .writes(),
        Operation::get("/revisions", revisions::list)
            .called("revisions", "listRevisions", "Changes of the configuration, newest first")
            .query(&["before_generation", "limit"])
            .gives(list("Revision")),
        Operation::get("/revisions/{generation}", revisions::one)
            .called("revisions", "readRevision", "One change with every object it changed")
            .gives(one("RevisionDetail"))
            .fails(&[400, 404]),
        Operation::post("/revisions/{generation}/revert", revisions::revert)
            .called("revisions", "revertRevision", "Undo one change")
            .detail(REVERT)
            .gives(one("Applied"))
            .writes()
            .fails(&[404]),
    ]
}

fn observations() -> Vec<Operation> {
    vec![
        Operation::get("/events", events::list)
            .called("events", "listEvents", "What happened, newest first")
            .query(&[
                "since",
                "from",
                "to",
                "kinds",
                "level",
                "of_service",
                "of_member",
                "of_site",
                "before_row",
                "limit",
            ])
            .gives(one("EventPage"))
            .fails(&[400]),
        Operation::get("/deliveries", events::deliveries)
            .called("deliveries", "listDeliveries", "Attempts to deliver alerts, newest first")
            .query(&["channel", "rule", "outcome", "of_event", "before_row", "limit"])
            .gives(one("DeliveryPage"))
            .fails(&[400]),
        Operation::post("/channels/{name}/test", events::test)
            .called("channels", "testChannel", "Send a test through a channel")
            .detail(TEST)
            .gives(one("Delivery"))
            .fails(&[404]),
        Operation::get("/health", health::list)
            .called("health", "listHealth", "Health of every checked member, as this site measures it")
            .gives(list("MemberHealth")),
        Operation::get("/overrides", overrides::list)
            .called("overrides", "listOverrides", "What operators decided instead of what checks say")
            .gives(list("Override")),
        Operation::post("/overrides", overrides::set)
            .called("overrides", "setOverride", "Force members up or down")
            .detail(OVERRIDE)
            .takes(Body::Json("NewOverride".to_owned()))
            .gives(Answer::Made("Override".to_owned())),
        Operation::post("/overrides/lift", overrides::lift)
            .called("overrides", "liftOverride", "Take an override back")
            .detail("What checks say decides again.")
            .takes(Body::Json("Lift".to_owned()))
            .fails(&[404]),
        Operation::get("/health/history", health::history)
            .called(
                "health",
                "readHealthHistory",
                "Changes of members' health with their causes, and the last checks",
            )
            .query(&["of_service", "of_member", "since"])
            .gives(one("HealthHistory")),
        Operation::post("/health/resume", health::resume)
            .called("health", "resumeMember", "Let a member that recovered have answers again")
            .detail("For services with `manual_resume`, whose members wait after a recovery.")
            .takes(Body::Json("MemberAddress".to_owned()))
            .gives(Answer::Nothing)
            .fails(&[404]),
        Operation::post("/health/believe", health::believe)
            .called("health", "believeSilence", "Take members that fell silent together for down")
            .detail(BELIEVE)
            .gives(Answer::Nothing)
            .fails(&[404]),
        Operation::post("/monitors/{name}/test", health::test)
            .called("monitors", "testMonitor", "Check one member now, and tell every step")
            .detail("Changes nobody's health. Secrets are left out.")
            .takes(Body::Json("MemberAddress".to_owned()))
            .gives(one("CheckTranscript"))
            .fails(&[404]),
        Operation::get("/explain", explain::explain)
            .called("explain", "explain", "Why an answer is what it is")
            .detail(EXPLAIN)
            .query(&["asked_name", "type", "client", "site", "count"])
            .gives(one("Explanation")),
        Operation::get("/split/{service}", split::split)
            .called("split", "readSplit", "The split of a service, observed against configured")
            .detail(SPLIT)
            .query(&["since", "from", "to"])
            .gives(one("SplitReport"))
            .fails(&[404]),
        Operation::get("/split/{service}/clients", split::clients)
            .called("split", "readSplitClients", "Who asked for a service")
            .detail(CLIENTS)
            .query(&["since", "from", "to"])
            .gives(one("SplitClients"))
            .fails(&[404]),
        Operation::get("/logs", logs::list)
            .called("logs", "listLogs", "Rows of the query log, newest first")
            .detail(ROWS)
            .query(&["since", "from", "to", "filter", "before_row", "limit"])
            .gives(one("LogPage")),
        Operation::get("/logs/histogram", logs::reads::histogram)
            .called("logs", "readLogHistogram", "How rows of the query log lie in time")
            .detail(HISTOGRAM)
            .query(&["since", "from", "to", "filter", "by", "step"])
            .gives(one("LogBars")),
        Operation::get("/logs/top", logs::reads::top)
            .called("logs", "readLogTop", "The values of a field that most rows have")
            .detail(TOP)
            .query(&["since", "from", "to", "filter", "top_by", "n"])
            .gives(one("LogTop")),
        Operation::get("/logs/values", logs::reads::values)
            .called("logs", "listLogValues", "Values of a field, for completing a filter")
            .detail(
                "Those of the configuration first, then those of the newest rows, the most frequent first.",
            )
            .query(&["since", "from", "to", "field", "prefix", "values"])
            .gives(list("LogValue")),
        Operation::get("/logs/rows/{row}", logs::reads::row)
            .called("logs", "readLogRow", "One row of the query log, with those around it")
            .query(&["around", "near"])
            .gives(one("LogAround"))
            .fails(&[400, 404]),
        Operation::get("/logs/export.csv", logs::export)
            .called("logs", "exportLogs", "Rows of the query log as a file")
            .detail(EXPORT)
            .query(&["since", "from", "to", "filter", "format", "columns"])
            .gives(Answer::Rows),
        Operation::get("/exports", exports::list)
            .called("exports", "listExports", "Exports of the query log, newest first")
            .detail(EXPORTS)
            .query(&["before_export", "limit"])
            .gives(one("ExportPage")),
        Operation::post("/exports", exports::ask)
            .called("exports", "askExport", "Export the query log in the background")
            .detail(JOB)
            .takes(Body::StrictJson("NewExport".to_owned()))
            .gives(Answer::Accepted("Export".to_owned()))
            .fails(&[409]),
        Operation::get("/exports/{export}", exports::read)
            .called("exports", "readExport", "One export, and how far it has come")
            .gives(one("Export"))
            .fails(&[400, 404]),
        Operation::delete("/exports/{export}", exports::remove)
            .called("exports", "removeExport", "Cancel or remove an export")
            .detail(END)
            .fails(&[400, 403, 404]),
        Operation::get("/exports/{export}/file", exports::fetch)
            .called("exports", "fetchExport", "The file of an export that is done")
            .detail(FETCH)
            .gives(Answer::File)
            .fails(&[400, 404]),
        Operation::get("/logs/tail", logs::tail)
            .called("logs", "tailLogs", "Follow the query log")
            .detail(TAIL)
            .query(&["filter"])
            .gives(Answer::Events),
        Operation::get("/log-views", log_views::list)
            .called("log-views", "listLogViews", "Saved views, one's own first, then those that others share")
            .gives(list("LogView")),
        Operation::post("/log-views", log_views::create)
            .called("log-views", "saveLogView", "Save what the Logs page shows")
            .detail(VIEW)
            .takes(Body::Json("NewLogView".to_owned()))
            .gives(Answer::Made("LogView".to_owned()))
            .fails(&[403, 409]),
        Operation::put("/log-views/{id}", log_views::replace)
            .called("log-views", "changeLogView", "Change a saved view")
            .detail(VIEW)
            .takes(Body::Json("NewLogView".to_owned()))
            .gives(one("LogView"))
            .fails(&[403, 404, 409]),
        Operation::delete("/log-views/{id}", log_views::remove)
            .called("log-views", "removeLogView", "Delete a saved view")
            .fails(&[400, 403, 404]),
    ]
}

fn ramps() -> Vec<Operation> {
    let deed = |operation: Operation, id: &str, summary: &str| {
        let called = operation.called("ramps", id, summary).query(&["reason"]);
        called.gives(one("CanaryView")).fails(&[400, 404, 409, 422])
    };
    vec![
        Operation::get("/ramps", ramps::list)
            .called("ramps", "listRamps", "Canary ramps, newest first")
            .query(&["of_service"])
            .gives(list("CanaryRamp")),
        Operation::post("/ramps", ramps::create)
            .called("ramps", "planRamp", "Plan a canary ramp")
            .detail(RAMP)
            .query(&["dry_run", "reason"])
            .takes(Body::Json("CanarySpec".to_owned()))
            .gives(Answer::MadeUnlessDry("CanaryPlan".to_owned())),
        Operation::get("/ramps/{id}", ramps::one)
            .called("ramps", "readRamp", "One ramp with its gates, what its step has seen, and its history")
            .gives(one("CanaryView"))
            .fails(&[400, 404]),
        Operation::delete("/ramps/{id}", ramps::remove)
            .called("ramps", "removeRamp", "Forget a ramp that is not active")
            .fails(&[400, 404, 409]),
        deed(Operation::post("/ramps/{id}/start", ramps::start), "startRamp", "Begin with the first step"),
        deed(Operation::post("/ramps/{id}/pause", ramps::pause), "pauseRamp", "Stop at this step"),
        deed(
            Operation::post("/ramps/{id}/resume", ramps::resume),
            "resumeRamp",
            "Go on at the step it stopped at",
        ),
        deed(
            Operation::post("/ramps/{id}/next", ramps::next),
            "nextRamp",
            "Go to the next step, whatever gates say",
        ),
        deed(Operation::post("/ramps/{id}/abort", ramps::abort), "abortRamp", "Give a ramp up").detail(ABORT),
    ]
}

fn access() -> Vec<Operation> {
    vec![
        Operation::get("/users", users::list).called("users", "listUsers", "All users").gives(list("User")),
        Operation::post("/users", users::add)
            .called("users", "addUser", "Add a user")
            .takes(Body::StrictJson("NewUser".to_owned()))
            .gives(Answer::Made("User".to_owned()))
            .fails(&[409]),
        Operation::post("/users/{name}/password", users::set_password)
            .called("users", "setPassword", "Set a user's password")
            .detail("Every session of the user ends.")
            .takes(Body::StrictJson("NewPassword".to_owned()))
            .gives(one("User"))
            .fails(&[404]),
        Operation::get("/secrets", secrets::list)
            .called("secrets", "listSecrets", "Names of all secrets, and what names them")
            .gives(list("Secret")),
        Operation::put("/secrets/{name}", secrets::put)
            .called("secrets", "putSecret", "Set a secret")
            .detail(SECRET)
            .takes(Body::StrictJson("NewSecret".to_owned())),
        Operation::delete("/secrets/{name}", secrets::remove)
            .called("secrets", "removeSecret", "Forget a secret that nothing names")
            .fails(&[404, 409]),
        Operation::get("/tokens", tokens::list)
            .called("tokens", "listTokens", "All API tokens, without their secrets")
            .gives(list("Token")),
        Operation::post("/tokens", tokens::create)
            .called("tokens", "createToken", "Make an API token")
            .detail("The secret is in this answer and nowhere else.")
            .takes(Body::StrictJson("NewToken".to_owned()))
            .gives(Answer::Made("CreatedToken".to_owned())),
        Operation::delete("/tokens/{id}", tokens::revoke)
            .called("tokens", "revokeToken", "Revoke an API token")
            .fails(&[400, 404]),
    ]
}
