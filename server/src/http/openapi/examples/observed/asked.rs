//! Who asked, as examples.

use std::net::IpAddr;

use model::split::{
    AnswersOf, ClientAnswers, DividedNetwork, MemberAnswers, MemberRows, NetworkShare, NetworkSplit,
    SplitClients, TopShare,
};
use serde_json::{Value, json};

use super::{AT, LAB, WINDOW_US};

/// The example of a schema whose answers named `member`.
pub fn of(schema: &str, member: IpAddr) -> Option<Value> {
    let rows = MemberRows { member, rows: 12 };
    let divided = DividedNetwork { network: "10.10.24.0/24".parse().ok()?, members: vec![rows] };
    let networks = NetworkShare {
        address: member,
        expected_share: 0.6,
        networks: 66,
        share: 0.66,
        ci_low: 0.563,
        ci_high: 0.745,
        deviation: 6.0,
    };
    let answers = MemberAnswers { member, answers: 8000 };
    let client = ClientAnswers { client: "10.10.24.7".parse().ok()?, answers: 8000, share: 0.8 };
    let top = TopShare { clients: 1, share: 0.8 };
    let of = |name: &str| AnswersOf { name: name.to_owned(), answers: 8000, members: vec![answers.clone()] };
    Some(match schema {
        "MemberRows" => json!(rows),
        "DividedNetwork" => json!(divided),
        "NetworkShare" => json!(networks),
        "NetworkSplit" => json!(NetworkSplit {
            counted: 100,
            divided: 1,
            examples: vec![divided],
            members: vec![networks],
            rows: 10_000,
            cut_at: None,
        }),
        "MemberAnswers" => json!(answers),
        "AnswersOf" => json!(of("10.10.24.0/24")),
        "TopShare" => json!(top),
        "ClientAnswers" => json!(client),
        "SplitClients" => json!(SplitClients {
            service: LAB.services.first()?.name.to_string(),
            from: AT - WINDOW_US,
            to: AT,
            cut_at: None,
            rows: 10_000,
            answers: 10_000,
            estimated: false,
            clients: 12,
            networks: 3,
            effective_clients: 1.5,
            clients_of_80_percent: 1,
            top: vec![client],
            top_shares: vec![top],
            by_network: vec![of("10.10.24.0/24")],
            by_transport: vec![of("udp")],
        }),
        _ => return None,
    })
}
