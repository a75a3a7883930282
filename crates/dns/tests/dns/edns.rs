//! Cookies, NSID, extended errors and class CH.

use dns::{Access, Policy};

use crate::client::{Question, ask, both, parse, summary};
use crate::{policy, start, start_with};

/// The options of an answer: code and data.
fn options(answer: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let edns = parse(answer).edns.expect("an OPT record");
    let option = |(_, option): &(_, hickory_proto::rr::rdata::opt::EdnsOption)| {
        let code: hickory_proto::rr::rdata::opt::EdnsCode = option.into();
        (u16::from(code), Vec::<u8>::try_from(option).expect("an option"))
    };
    edns.options().as_ref().iter().map(option).collect()
}

fn option(code: u16, data: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), (data.len() as u16).to_be_bytes().as_slice(), data].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_given_a_cookie_and_keeps_it() {
    let running = start().await;
    let ask_with = |name: &str, cookie: &[u8]| {
        crate::client::udp(running.address, &ask(name, 1).edns(1232, 0, 0, &option(10, cookie)).packet())
            .unwrap()
    };
    let client = [1, 2, 3, 4, 5, 6, 7, 8];
    for (name, rcode) in [("test.example.org", 0), ("missing.example.org", 3), ("example.com", 5)] {
        let answer = ask_with(name, &client);
        assert_eq!(answer[3] & 0xf, rcode);
        let given = options(&answer).into_iter().find(|(code, _)| *code == 10).unwrap().1;
        assert_eq!((given.len(), &given[..8], given[8]), (24, &client[..], 1));
        // Sent back, it comes again.
        let again = options(&ask_with(name, &given));
        assert!(again.contains(&(10, given)));
    }
    // A server's part that is not ours: answered, with one that is.
    let foreign = [client.as_slice(), &[9; 16]].concat();
    let answer = ask_with("test.example.org", &foreign);
    assert_eq!(answer[3] & 0xf, 0);
    let (_, given) = options(&answer).remove(0);
    assert!(given[..8] == client && given[8..] != foreign[8..]);
    for length in [0, 7, 9, 15, 41] {
        let answer = ask_with("test.example.org", &vec![1; length]);
        assert_eq!(answer[3] & 0xf, 1, "{length} octets are no cookie");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_name_is_given_when_it_is_asked_for() {
    let running = start().await;
    let asked = both(&running, &ask("test.example.org", 1).edns(1232, 0, 0, &option(3, &[]))).unwrap();
    assert_eq!(options(&asked), [(3, b"here".to_vec())]);
    let unasked = both(&running, &ask("test.example.org", 1).edns(1232, 0, 0, &[])).unwrap();
    assert_eq!(options(&unasked), []);
    let chaos = |name: &str, qtype: u16| summary(both(&running, &Question { qclass: 3, ..ask(name, qtype) }));
    for (name, text) in
        [("version.bind", "9.9"), ("VERSION.server", "9.9"), ("hostname.bind", "east"), ("id.server", "east")]
    {
        assert_eq!(chaos(name, 16), format!("NOERROR aa {name}. TXT {text};"));
    }
    assert_eq!(chaos("version.bind", 1), "REFUSED");
    assert_eq!(chaos("authors.bind", 16), "REFUSED");
    assert_eq!(chaos("test.example.org", 1), "REFUSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_what_was_hoped_for_says_why() {
    let running = start().await;
    let because = |name: &str, qtype: u16| {
        let answer = both(&running, &ask(name, qtype).edns(1232, 0, 0, &[])).unwrap();
        options(&answer).into_iter().find(|(code, _)| *code == 15).map(|(_, data)| data)
    };
    assert_eq!(because("example.com", 1), Some(vec![0, 20]), "not authoritative");
    assert_eq!(because("test.example.org", 1), None);
    let down = because("down.example.org", 1).unwrap();
    assert_eq!((&down[..2], &down[2..]), (&[0, 22][..], &b"no member is up"[..]));
    // The error is no longer than the query and 11 octets, and nothing is added where EDNS is not spoken.
    let query = ask("example.com", 1).edns(1232, 0, 0, &[]).packet();
    assert!(crate::client::udp(running.address, &query).unwrap().len() <= query.len() + 11);
    assert!(parse(&both(&running, &ask("example.com", 1)).unwrap()).edns.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_may_not_ask_is_refused_and_told_so() {
    let access = Access::new(&[], &["127.0.0.0/8".parse().unwrap()]);
    let running = start_with(Policy { access, ..policy() }).await;
    for (name, class) in
        [("test.example.org", 1), ("missing.example.org", 1), ("example.com", 1), ("version.bind", 3)]
    {
        let question = Question { qclass: class, ..ask(name, 16).edns(1232, 0, 0, &[]) };
        let answer = both(&running, &question).unwrap();
        assert_eq!(answer[3] & 0xf, 5, "{name}");
        assert_eq!(options(&answer), [(15, vec![0, 18])], "{name}");
        assert!(parse(&answer).answers.is_empty());
    }
    // What is no query is not answered at all: an answer to it could begin a loop.
    let reply = Question { flags: 0x8000, ..ask("test.example.org", 1) };
    assert_eq!(both(&running, &reply), None);
}
