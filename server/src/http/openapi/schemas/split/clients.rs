//! Who asked for a service.

use utoipa::openapi::Schema;

use super::CUT_AT;
use crate::http::openapi::shape::{count, flag, instant, list_of, number, object, or_null, share, text, to};

pub fn clients() -> Schema {
    let effective = "How many clients with equal parts would be as concentrated: the inverse of the sum of the squared shares.";
    object("The clients of a service over a window, from stored rows.")
        .must("service", to("DnsName", "The service."))
        .must("from", instant("Start of the window"))
        .must("to", instant("End of the window"))
        .must("cut_at", or_null(instant(CUT_AT)))
        .must("rows", count("Rows of the log that were read."))
        .must("answers", count("Answers the rows stand for."))
        .must("estimated", flag("Whether a throttle sampled the rows, so that answers are estimates here."))
        .must("clients", count("Addresses that asked: resolvers, as a rule."))
        .must("networks", count("Their networks, of 24 or 56 bits; a resolver's client's, where it told."))
        .must("effective_clients", number(effective))
        .must("clients_of_80_percent", count("The fewest clients that have 80 % of the answers together."))
        .must("top", list_of("ClientAnswers", "The ten clients with the most answers."))
        .must("top_shares", list_of("TopShare", "The share of the first 1, 2, 5, 10 and so on."))
        .must("by_network", list_of("AnswersOf", "The ten networks with the most answers, by member."))
        .must("by_transport", list_of("AnswersOf", "Each transport, by member."))
        .open()
}

pub fn client_answers() -> Schema {
    object("A client with its answers.")
        .must("client", to("Address", "The address that asked."))
        .must("answers", count("Answers."))
        .must("share", share("Their share"))
        .open()
}

pub fn top_share() -> Schema {
    object("What the clients with the most answers have together.")
        .must("clients", count("How many clients."))
        .must("share", share("Their share of the answers"))
        .open()
}

pub fn answers_of() -> Schema {
    object("A part of the answers, by member.")
        .must("name", text("A network as `192.0.2.0/24`, or a transport as `udp`."))
        .must("answers", count("Answers."))
        .must("members", list_of("MemberAnswers", "The members that were named, the most frequent first."))
        .open()
}

pub fn member_answers() -> Schema {
    object("Answers that named a member.")
        .must("member", to("Address", "The member's address."))
        .must("answers", count("Answers that named it first."))
        .open()
}
