//! The split of a service, observed against configured.

mod clients;

use utoipa::openapi::Schema;

use super::Named;
use crate::http::openapi::shape::{
    count, instant, list_of, number, object, or_null, share, text, to, to_or_null, word,
};

pub const ALL: &[Named] = &[
    ("SplitReport", report),
    ("Segment", segment),
    ("MemberShare", member_share),
    ("NetworkSplit", network_split),
    ("NetworkShare", network_share),
    ("DividedNetwork", divided_network),
    ("MemberRows", member_rows),
    ("SplitClients", clients::clients),
    ("ClientAnswers", clients::client_answers),
    ("TopShare", clients::top_share),
    ("AnswersOf", clients::answers_of),
    ("MemberAnswers", clients::member_answers),
    ("Totals", totals),
    ("Dropped", dropped),
];

const P_VALUE: &str = "Random and hashed: the most the chance may be that draws by the weights, or the slots, ever, at any \
                       look, come to such counts; null for exact";

fn report() -> Schema {
    let verdict = "Over all segments: one failure fails all, and what cannot be judged yet passes nothing.";
    object("The split of one service over a window.")
        .must("service", to("DnsName", "The service."))
        .must("from", instant("Start of the window"))
        .must("to", instant("End of the window"))
        .must("verdict", to("Verdict", verdict))
        .must("segments", list_of("Segment", "Its segments, in time."))
        .must("totals", to("Totals", "What became of the rows."))
        .open()
}

fn segment() -> Schema {
    let mode = "`exact`: one exact schedule, judged by its bound. `random`: independent draws, judged by a sequential test that may be looked at at any time. \
         `hashed`: a hash of the client's network, judged by the networks of the stored rows. `by_client`: who asks \
         decides otherwise, and no weights are held against the shares.";
    object("A time in which weights and eligible members of a service stayed the same.")
        .must("from", instant("Start"))
        .must("to", instant("End"))
        .must("generation", count("Generation of the configuration it began with."))
        .must("family", to("Family", "Family of the addresses."))
        .must("mode", word(mode, &["exact", "random", "hashed", "by_client"]))
        .must("answered", count("Answers in all."))
        .must("members", list_of("MemberShare", "The members that were eligible."))
        .must("verdict", to("Verdict", "The verdict on this segment."))
        .must("reason", text("Why, in a sentence."))
        .must("statistic", number("Exact: the largest deviation, answers. Random and hashed: G."))
        .must("p_value", or_null(share(P_VALUE)))
        .must("needed", count("Answers needed for a verdict; hashed: networks."))
        .must(
            "networks",
            to_or_null("NetworkSplit", "The networks of the clients, where a hash of them chose."),
        )
        .open()
}

fn member_share() -> Schema {
    object("One member of a segment.")
        .must("member", text("The member's name: its address."))
        .must("address", to("Address", "Its address."))
        .must("site", to_or_null("Label", "The site it is counted to."))
        .must("weight", to("Weight", "Its weight then."))
        .must(
            "expected_share",
            share(
                "The share of answers its weight asks for; hashed: the share of networks its slots ask for",
            ),
        )
        .must("observed", count("Answers that named it first."))
        .must("share", share("Their share"))
        .must("ci_low", share("Lower end of the 95 % Wilson interval of the share"))
        .must("ci_high", share("Upper end of the interval"))
        .must("deviation", number("Answers more than expected; negative when fewer."))
        .open()
}

const CUT_AT: &str = "The newest rows alone were read, from this moment on; null when all were";

fn network_split() -> Schema {
    object("Networks of clients, where a hash of them chose the member. A network is as long as the pool's mask.")
        .must("counted", count("Networks that one member answered."))
        .must("divided", count("Networks that several members answered: any is a failure."))
        .must("examples", list_of("DividedNetwork", "Some of those, at most ten."))
        .must("members", list_of("NetworkShare", "The members, in the order of the segment."))
        .must("rows", count("Rows of the log that were read."))
        .must("cut_at", or_null(instant(CUT_AT)))
        .open()
}

fn network_share() -> Schema {
    object("One member's part of the networks.")
        .must("address", to("Address", "The member's address."))
        .must("expected_share", share("The share of all slots that lead to it"))
        .must("networks", count("Networks that were answered by it."))
        .must("share", share("Their share"))
        .must("ci_low", share("Lower end of the 95 % Wilson interval of the share"))
        .must("ci_high", share("Upper end of the interval"))
        .must("deviation", number("Networks more than expected; negative when fewer."))
        .open()
}

fn divided_network() -> Schema {
    object("A network whose answers named more than one member within a segment.")
        .must("network", to("Network", "The network."))
        .must("members", list_of("MemberRows", "Its members, the most frequent first."))
        .open()
}

fn member_rows() -> Schema {
    object("Rows of the log that named a member.")
        .must("member", to("Address", "The member's address."))
        .must("rows", count("Rows."))
        .open()
}

fn totals() -> Schema {
    object("Where every answered query of the window went.")
        .must("answered", count("Queries answered, by the counters."))
        .must("logged", count("Rows stored."))
        .must("dropped", to("Dropped", "Rows not stored, by cause."))
        .open()
}

fn dropped() -> Schema {
    object("Rows that were not stored, by cause.")
        .must("service_throttle", count("Over the service's limit."))
        .must("site_throttle", count("Over the site's limit."))
        .must("queue", count("The ring between responder and log was full."))
        .must("storage", count("Storage was away, or refused the row."))
        .open()
}
