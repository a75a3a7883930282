//! What each name of a zone answers: the rows of RFC 1034, 2308, 4592, 6604 and 8020.

use crate::client::{ask, both, summary};
use crate::start;

const A: u16 = 1;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const NS: u16 = 2;
const TXT: u16 = 16;
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
        let got = summary(both(running.address, &ask(name, qtype)));
        assert_eq!(got, expected, "{name} {qtype}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_apex_names_its_servers_and_its_serial() {
    let running = start().await;
    let servers = summary(both(running.address, &ask("example.org", NS)));
    assert_eq!(servers, "NOERROR aa example.org. NS ns1.example.net.; example.org. NS ns2.example.net.;");
    let soa = summary(both(running.address, &ask("example.org", SOA)));
    assert!(soa.contains("ns1.example.net. dns.example.org. 42 10800 3600 86400 20"), "{soa}");
    // Without its own, the mailbox is hostmaster and the primary the apex.
    let plain = summary(both(running.address, &ask("inner.sub.example.org", SOA)));
    assert!(plain.contains("inner.sub.example.org. hostmaster.inner.sub.example.org. 42"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_loop_ends_and_any_is_one_small_record() {
    let running = start().await;
    let answer = both(running.address, &ask("loop1.example.org", A)).unwrap();
    let looped = crate::client::parse(&answer);
    assert!(looped.answers.len() <= 10 && u16::from(looped.metadata.response_code) == 0, "{looped:?}");
    let any = both(running.address, &ask("big.example.org", 255)).unwrap();
    assert!(any.len() <= 512, "{}", any.len());
    assert!(summary(Some(any)).contains("HINFO"));
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_may_hold_any_octet() {
    let running = start().await;
    let mut question = ask("example.org", A);
    question.name = b"\x09dot.label\x07example\x03org\x00".to_vec();
    let answer = both(running.address, &question).unwrap();
    assert_eq!(crate::client::parse(&answer).answers.len(), 1);
    // The same letters as two labels are another name.
    assert!(summary(both(running.address, &ask("dot.label.example.org", A))).starts_with("NXDOMAIN"));
    for label in [b"\x01\x00", b"\x01\xff", b"\x01<", b"\x01 "] {
        question.name = [label.as_slice(), b"\x07example\x03org\x00"].concat();
        let answer = both(running.address, &question).unwrap();
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
    assert_eq!(both(running.address, &question).unwrap()[3] & 0xf, 3);
    question.name.insert(193, b'a');
    question.name[192] = 50;
    assert_eq!(both(running.address, &question).unwrap()[3] & 0xf, 1, "256 octets");
}
