//! What each name of a zone answers: the rows of RFC 1034, 2308, 4592, 6604 and 8020.

use crate::client::{ask, both, summary};
use crate::start;

const A: u16 = 1;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const NS: u16 = 2;
const TXT: u16 = 16;
const DNAME: u16 = 39;
const DS: u16 = 43;
const AAAA: u16 = 28;

#[tokio::test(flavor = "multi_thread")]
async fn every_name_answers_as_its_rfc_says() {
    let running = start().await;
    let soa = "[example.org. SOA 20]";
    let test = "test.example.org. A 192.0.2.1; test.example.org. A 192.0.2.2;";
    let cases: Vec<(&str, u16, String)> = vec![
        ("test.example.org", A, format!("NOERROR aa {test}")),
        (
            "TEST.Example.ORG",
            A,
            "NOERROR aa TEST.Example.ORG. A 192.0.2.1; TEST.Example.ORG. A 192.0.2.2;".into(),
        ),
        ("test.example.org", AAAA, format!("NOERROR aa {soa}")),
        ("test.example.org", 65_534, format!("NOERROR aa {soa}")),
        ("text.example.org", TXT, "NOERROR aa text.example.org. TXT hello world;".into()),
        ("missing.example.org", A, format!("NXDOMAIN aa {soa}")),
        ("below.test.example.org", A, format!("NXDOMAIN aa {soa}")),
        ("ent.example.org", A, format!("NOERROR aa {soa}")),
        ("b.ent.example.org", TXT, format!("NOERROR aa {soa}")),
        ("x.ent.example.org", A, format!("NXDOMAIN aa {soa}")),
        // Wildcards: RFC 4592.
        ("x.wild.example.org", A, "NOERROR aa x.wild.example.org. A 192.0.2.4;".into()),
        ("x.y.z.wild.example.org", A, "NOERROR aa x.y.z.wild.example.org. A 192.0.2.4;".into()),
        ("x.wild.example.org", TXT, format!("NOERROR aa {soa}")),
        ("there.wild.example.org", A, format!("NOERROR aa {soa}")),
        ("x.there.wild.example.org", A, format!("NXDOMAIN aa {soa}")),
        ("*.wild.example.org", A, "NOERROR aa *.wild.example.org. A 192.0.2.4;".into()),
        ("only.example.org", A, format!("NOERROR aa {soa}")),
        (
            "x.aliased.example.org",
            A,
            format!("NOERROR aa x.aliased.example.org. CNAME test.example.org.; {test}"),
        ),
        ("x.aliased.example.org", CNAME, "NOERROR aa x.aliased.example.org. CNAME test.example.org.;".into()),
        // Aliases.
        ("alias.example.org", A, format!("NOERROR aa alias.example.org. CNAME test.example.org.; {test}")),
        ("alias.example.org", CNAME, "NOERROR aa alias.example.org. CNAME test.example.org.;".into()),
        (
            "alias2.example.org",
            A,
            format!(
                "NOERROR aa alias2.example.org. CNAME alias.example.org.; alias.example.org. CNAME test.example.org.; {test}"
            ),
        ),
        ("away.example.org", A, "NOERROR aa away.example.org. CNAME www.example.com.;".into()),
        (
            "dangling.example.org",
            A,
            format!("NXDOMAIN aa dangling.example.org. CNAME nowhere.example.org.; {soa}"),
        ),
        ("nodata.example.org", A, format!("NOERROR aa nodata.example.org. CNAME text.example.org.; {soa}")),
        // A disabled service's name does not exist.
        ("off.example.org", A, format!("NXDOMAIN aa {soa}")),
        ("hello.example.org", AAAA, format!("NOERROR aa {soa}")),
        ("hello.example.org", TXT, format!("NOERROR aa {soa}")),
        // Zones within zones, and beside them.
        ("inner.sub.example.org", A, "NOERROR aa inner.sub.example.org. A 192.0.2.7;".into()),
        ("sub.example.org", A, format!("NOERROR aa {soa}")),
        ("x.inner.sub.example.org", A, "NXDOMAIN aa [inner.sub.example.org. SOA 30]".into()),
        ("example.net", A, "REFUSED".into()),
        ("notexample.org", A, "REFUSED".into()),
        ("org", A, "REFUSED".into()),
        ("", NS, "REFUSED".into()),
        ("missing.quiet.example.net", A, "silence".into()),
        ("www.quiet.example.net", AAAA, "NOERROR aa [quiet.example.net. SOA 30]".into()),
        // Types of the mechanism.
        ("example.org", 252, "REFUSED".into()),
        ("example.org", 251, "REFUSED".into()),
        ("example.org", 48, format!("NOERROR aa {soa}")),
        ("missing.example.org", 255, format!("NXDOMAIN aa {soa}")),
    ];
    for (name, qtype, expected) in cases {
        let got = summary(both(&running, &ask(name, qtype)));
        assert_eq!(got, expected, "{name} {qtype}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_name_is_referred_and_a_renamed_one_followed() {
    let running = start().await;
    let soa = "[example.org. SOA 20]";
    let cut = "child.example.org. NS 60";
    let referral = format!(
        "NOERROR [{cut}] [{cut}] [{cut}] +ns.child.example.org. 192.0.2.10 +ns.child.example.org. 2001:db8::10 \
         +ns.sibling.example.org. 192.0.2.12"
    );
    let cases: Vec<(&str, u16, String)> = vec![
        // Referrals: no AA, NS in authority, the addresses that are ours to give.
        ("child.example.org", A, referral.clone()),
        ("child.example.org", NS, referral.clone()),
        ("www.child.example.org", A, referral.clone()),
        ("no.such.name.child.example.org", TXT, referral.clone()),
        ("ns.child.example.org", A, referral.clone()),
        ("sibling.example.org", SOA, "NOERROR [sibling.example.org. NS 60] +ns.sibling.example.org. 192.0.2.12".into()),
        // DS is the parent's, and so is its absence.
        ("child.example.org", DS, "NOERROR aa child.example.org. DS 1 8 2 01FF;".into()),
        ("sibling.example.org", DS, format!("NOERROR aa {soa}")),
        ("inner.sub.example.org", DS, "NOERROR aa inner.sub.example.org. DS 2 8 2 01FF;".into()),
        ("example.org", DS, format!("NOERROR aa {soa}")),
        // An alias into a delegated zone: the alias is ours, what it leads to is not.
        (
            "to-child.example.org",
            A,
            format!("NOERROR aa to-child.example.org. CNAME www.child.example.org.; {}", &referral["NOERROR ".len()..]),
        ),
        // DNAME: RFC 6672.
        (
            "a.b.old.example.org",
            A,
            "NOERROR aa old.example.org. DNAME ent.example.org.; a.b.old.example.org. CNAME a.b.ent.example.org.; \
             a.b.ent.example.org. A 192.0.2.3;"
                .into(),
        ),
        (
            "x.old.example.org",
            A,
            format!("NXDOMAIN aa old.example.org. DNAME ent.example.org.; x.old.example.org. CNAME x.ent.example.org.; {soa}"),
        ),
        (
            "x.old.example.org",
            CNAME,
            "NOERROR aa old.example.org. DNAME ent.example.org.; x.old.example.org. CNAME x.ent.example.org.;".into(),
        ),
        ("old.example.org", DNAME, "NOERROR aa old.example.org. DNAME ent.example.org.;".into()),
        ("old.example.org", TXT, "NOERROR aa old.example.org. TXT moved;".into()),
        ("old.example.org", A, format!("NOERROR aa {soa}")),
        (
            "www.gone.example.org",
            AAAA,
            "NOERROR aa gone.example.org. DNAME example.com.; www.gone.example.org. CNAME www.example.com.;".into(),
        ),
    ];
    for (name, qtype, expected) in cases {
        assert_eq!(summary(both(&running, &ask(name, qtype))), expected, "{name} {qtype}");
    }
    let ring = "ring1.example.org. DNAME ring2.example.org.; x.ring1.example.org. CNAME x.ring2.example.org.; \
                ring2.example.org. DNAME ring1.example.org.; x.ring2.example.org. CNAME x.ring1.example.org.;";
    assert_eq!(summary(both(&running, &ask("x.ring1.example.org", A))), format!("NOERROR aa {ring}"));
    // A name that becomes too long by it: YXDOMAIN, with the DNAME that did it.
    let label = "a".repeat(63);
    let long = format!("{label}.{label}.{label}.{}.s.example.org", "a".repeat(43));
    assert_eq!(ask(&long, A).name.len(), 251);
    let expected = "YXDOMAIN aa s.example.org. DNAME a-longer-name.example.org.;";
    assert_eq!(summary(both(&running, &ask(&long, A))), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wildcard_service_answers_for_every_name_that_is_not_there() {
    let running = start().await;
    let soa = "[example.org. SOA 20]";
    for (name, qtype, expected) in [
        ("x.apps.example.org", A, "NOERROR aa x.apps.example.org. A 10.0.0.5;".to_owned()),
        ("X.y.APPS.example.org", A, "NOERROR aa X.y.APPS.example.org. A 10.0.0.5;".to_owned()),
        ("*.apps.example.org", A, "NOERROR aa *.apps.example.org. A 10.0.0.5;".to_owned()),
        // The longest match.
        ("x.deep.apps.example.org", A, "NOERROR aa x.deep.apps.example.org. A 10.0.0.6;".to_owned()),
        ("deep.apps.example.org", A, format!("NOERROR aa {soa}")),
        ("x.apps.example.org", AAAA, format!("NOERROR aa {soa}")),
        ("x.apps.example.org", TXT, format!("NOERROR aa {soa}")),
        // What is there by itself is no wildcard's.
        ("static.apps.example.org", A, format!("NOERROR aa {soa}")),
        ("x.static.apps.example.org", A, format!("NXDOMAIN aa {soa}")),
        ("apps.example.org", TXT, "NOERROR aa apps.example.org. TXT applications;".to_owned()),
        ("apps.example.org", A, format!("NOERROR aa {soa}")),
    ] {
        assert_eq!(summary(both(&running, &ask(name, qtype))), expected, "{name} {qtype}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apex_names_its_servers_and_its_serial() {
    let running = start().await;
    let servers = summary(both(&running, &ask("example.org", NS)));
    assert_eq!(servers, "NOERROR aa example.org. NS ns1.example.net.; example.org. NS ns2.example.net.;");
    let soa = summary(both(&running, &ask("example.org", SOA)));
    assert!(soa.contains("ns1.example.net. dns.example.org. 42 10800 3600 86400 20"), "{soa}");
    // Without its own, the mailbox is hostmaster and the primary the apex.
    let plain = summary(both(&running, &ask("inner.sub.example.org", SOA)));
    assert!(plain.contains("inner.sub.example.org. hostmaster.inner.sub.example.org. 42"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_loop_ends_and_any_is_one_small_record() {
    let running = start().await;
    let answer = both(&running, &ask("loop1.example.org", A)).unwrap();
    let looped = crate::client::parse(&answer);
    assert!(looped.answers.len() == 2 && u16::from(looped.metadata.response_code) == 0, "{looped:?}");
    let any = both(&running, &ask("big.example.org", 255)).unwrap();
    assert!(any.len() <= 512, "{}", any.len());
    assert!(summary(Some(any)).contains("HINFO"));
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_may_hold_any_octet() {
    let running = start().await;
    let mut question = ask("example.org", A);
    question.name = b"\x09dot.label\x07example\x03org\x00".to_vec();
    let answer = both(&running, &question).unwrap();
    assert_eq!(crate::client::parse(&answer).answers.len(), 1);
    // The same letters as two labels are another name.
    assert!(summary(both(&running, &ask("dot.label.example.org", A))).starts_with("NXDOMAIN"));
    for label in [b"\x01\x00", b"\x01\xff", b"\x01<", b"\x01 "] {
        question.name = [label.as_slice(), b"\x07example\x03org\x00"].concat();
        let answer = both(&running, &question).unwrap();
        // The name is echoed octet for octet.
        assert_eq!(answer[12..12 + question.name.len()], question.name);
        assert_eq!(answer[3] & 0xf, 3);
    }
    let long = [vec![63], vec![b'a'; 63]].concat();
    question.name = [
        long.clone(),
        long.clone(),
        long.clone(),
        vec![49],
        vec![b'a'; 49],
        b"\x07example\x03org\x00".to_vec(),
    ]
    .concat();
    assert_eq!(question.name.len(), 255);
    assert_eq!(both(&running, &question).unwrap()[3] & 0xf, 3);
    question.name.insert(193, b'a');
    question.name[192] = 50;
    assert_eq!(both(&running, &question).unwrap()[3] & 0xf, 1, "256 octets");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_says_what_stands_in_the_way() {
    let running = start().await;
    let view = running.responder.current();
    let check = |name: &str, qtype: u16, outcome: &str, rcode: &str, said: &[&str]| {
        let client = "192.0.2.1".parse().unwrap();
        let name = name.parse().unwrap();
        let explanation = view.explain(&name, model::rrtype::RrType(qtype), client, 2);
        assert_eq!((explanation.outcome.as_str(), explanation.rcode.as_str()), (outcome, rcode), "{name}");
        let steps = explanation.steps.join("\n");
        said.iter().for_each(|piece| assert!(steps.contains(piece), "{piece} in {steps}"));
    };
    check(
        "www.child.example.org",
        A,
        "referral",
        "NOERROR",
        &["delegated at child.example.org", "ns1.example.net"],
    );
    check("child.example.org", DS, "static", "NOERROR", &["static record(s) of type DS"]);
    check("inner.sub.example.org", DS, "static", "NOERROR", &["its parent zone example.org"]);
    check(
        "a.b.old.example.org",
        A,
        "static",
        "NOERROR",
        &["a DNAME to ent.example.org", "becomes a.b.ent.example.org"],
    );
    check("x.old.example.org", A, "missing", "NXDOMAIN", &["x.ent.example.org does not exist"]);
    check("x.old.example.org", CNAME, "static", "NOERROR", &["becomes x.ent.example.org"]);
    check(
        "x.apps.example.org",
        A,
        "weighted_round_robin",
        "NOERROR",
        &["answered by a wildcard", "is a service"],
    );
    check("loop1.example.org", A, "static", "NOERROR", &["is an alias of loop2"]);
    check("example.com", A, "outside", "REFUSED", &["in no zone of this site"]);
    check("missing.quiet.example.net", A, "missing", "DROPPED", &["silence"]);
    check("down.example.org", A, "fail_open", "NOERROR", &["No member is up"]);
}
