use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::check::check_zone;
use crate::config::{Mailbox, RecordSet, Unhandled};
use crate::rdata;
use crate::rdata::tests::data_of;
use crate::rrtype::RrType;
use crate::value::Ttl;

fn origin() -> DnsName {
    "example.org".parse().unwrap()
}

fn zone(text: &str) -> ZoneFile {
    read(text.as_bytes(), &origin()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn said(list: &[Problem]) -> Vec<String> {
    list.iter().map(|p| format!("{}: {}", p.field, p.beside_field())).collect()
}

fn problems(text: &str) -> Vec<String> {
    said(&read(text.as_bytes(), &origin()).expect_err("problems are expected").0)
}

fn records(file: &ZoneFile) -> Vec<String> {
    let line = |set: &RecordSet| {
        let ttl = set.ttl.map(|ttl| format!(" {ttl}")).unwrap_or_default();
        format!("{}{ttl} {} {}", set.name, set.rr_type, set.data.join(" | "))
    };
    file.zone.records.iter().map(line).collect()
}

const HEAD: &str = "$TTL 300\n@ SOA ns1 hostmaster 7 1h 600 1w 60\n NS ns1\nns1 A 192.0.2.53\n";

#[test]
fn reads_what_rfc_1035_shows() {
    let file = zone(concat!(
        "; a comment (with parentheses\n",
        "@   IN  SOA     ns.example.net. Action\\.domains (\n",
        "                                 20     ; SERIAL\n",
        "                                 7200   ; REFRESH\n",
        "                                 600    ; RETRY\n",
        "                                 3600000; EXPIRE\n",
        "                                 60)    ; MINIMUM\n\n",
        "        NS      A.ISI.EDU.\n",
        "        NS      VENERA\n",
        "        MX      10      VENERA\n",
        "        MX      20      mail.venera ; two labels, and relative all the same\n",
        "A 1h30m IN      A       26.3.0.103\n",
        "A       IN 90m  A       26.3.0.104\n\r\n",
        "VENERA  A       10.1.0.52\r\n",
        "        A       128.9.0.32\n",
        "$ORIGIN sub\n",
        "@       TXT     \"semi;colon\" quo\\\"te ( two\n  lines ) \"\"\n",
        "www.a   CNAME   @\n",
        "h       HTTPS   1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1\n",
    ));
    let soa = &file.zone.soa;
    assert_eq!(soa.rname.as_ref().unwrap().to_string(), "action.domains@example.org");
    assert_eq!((file.serial, soa.refresh, soa.expire, soa.negative_ttl.get()), (20, 7200, 3_600_000, 60));
    assert_eq!(soa.mname.as_ref().unwrap().to_string(), "ns.example.net");
    assert_eq!(said(&file.warnings), Vec::<String>::new());
    assert_eq!(file.zone.ttl.get(), 60);
    let servers: Vec<String> = file.zone.name_servers.iter().map(ToString::to_string).collect();
    assert_eq!(servers, ["a.isi.edu", "venera.example.org"]);
    assert_eq!(
        records(&file),
        [
            "@ MX 10 venera.example.org. | 20 mail.venera.example.org.",
            "a 5400 A 26.3.0.103 | 26.3.0.104",
            "h.sub 5400 HTTPS 1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1",
            "sub 5400 TXT \"semi;colon\" \"quo\\\"te\" \"two\" \"lines\" \"\"",
            "venera 5400 A 10.1.0.52 | 128.9.0.32",
            "www.a.sub 5400 CNAME sub.example.org.",
        ]
    );
}

#[test]
fn lists_every_problem_with_its_line() {
    let text = format!(
        "{HEAD}{}",
        [
            "a A 192.0.2.256",
            "$INCLUDE other.zone",
            "b CH A 192.0.2.1",
            "c BOGUS x",
            "d 1y A 192.0.2.1",
            "other.example.net. A 192.0.2.1",
            "e TXT \"open",
            "f A",
            "$GENERATE 1-9 h$ A 192.0.2.$",
            "g CNAME a",
            "g TXT x",
            "h CNAME i",
            "i CNAME h",
            "@ SOA x y 1 1 1 1 1",
            "j A (192.0.2.1",
        ]
        .join("\n")
    );
    let all = problems(&text);
    let expected = [
        "line 5: \"192.0.2.256\": data of type A has to be an IPv4 address",
        "line 6: \"other.zone\": $INCLUDE is refused",
        "line 7: \"CH\": only class IN",
        "line 8: \"BOGUS\" is no record type",
        "line 9: \"1y\" is no span of time",
        "line 10: \"other.example.net\": the name is outside the zone example.org",
        "line 11: a quotation mark",
        "line 12: data of type A",
        "line 13: $GENERATE is no part",
        "line 14: \"g.example.org\": a CNAME stands alone",
        "line 16: h.example.org -> i.example.org -> h.example.org: this chain of aliases",
        "line 18: there is another SOA record in line 2",
        "line 19: the parenthesis that opens here",
    ];
    assert_eq!(all.len(), expected.len(), "{all:#?}");
    for (line, expected) in all.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\nhas to begin with\n{expected}");
    }
}

#[test]
fn warns_of_what_is_taken_otherwise_or_will_not_work() {
    let text = format!(
        "{HEAD}{}",
        [
            "a 10 A 192.0.2.1",
            "a 20 A 192.0.2.2",
            "a 10 A 192.0.2.1",
            "mail CNAME a",
            "@ MX 1 a",
            " MX 2 mail",
            "_x._tcp SRV 0 0 1 mail",
            "sub NS ns.sub",
            "ns.sub A 192.0.2.3",
            "sub DS 1 8 2 00",
            "www.sub TXT x",
            "b 8w A 192.0.2.4",
            "@ RRSIG A 8 2 300 20260101000000 20250101000000 1 example.org. AAAA",
            "@ 300 SOA ns1 hostmaster 7 1h 600 1w 60",
        ]
        .join("\n")
    );
    let file = zone(&text);
    let expected = [
        "line 6: \"a.example.org\": the A record has a TTL of 20 s, and its set in line 5 one of 10 s",
        "line 7: \"a.example.org\": the A record stands in line 5 already",
        "line 10: \"example.org\": its MX record leads to mail.example.org, which is an alias by the CNAME in line 8",
        "line 11: \"_x._tcp.example.org\": its SRV record leads to mail.example.org",
        "line 15: \"www.sub.example.org\": the NS record in line 12 delegates this name",
        "line 16: the TTL 4838400 is more than a week: 604800 is used",
        "line 17: what only a signed zone has (RRSIG, NSEC, DNSKEY and such; records: 1) is left out",
    ];
    let all = said(&file.warnings);
    assert_eq!(all.len(), expected.len(), "{all:#?}");
    for (line, expected) in all.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\nhas to begin with\n{expected}");
    }
    let set = file.zone.records.iter().find(|set| set.name == "a").unwrap();
    assert_eq!((set.ttl.unwrap().get(), set.data.len()), (10, 2));
    assert_eq!(file.zone.soa.mname, None);
    assert_eq!(file.zone.soa.rname, None);
}

#[test]
fn a_file_without_what_every_zone_has_is_refused() {
    assert!(problems("")[0].starts_with("line 1: the file has no SOA record of example.org"));
    assert!(problems("a A 192.0.2.1\n")[0].contains("no TTL"));
    assert!(problems(" A 192.0.2.1\n")[0].contains("no owner stands before it"));
    let long = vec![b';'; MAX_OCTETS + 1];
    assert!(read(&long, &origin()).unwrap_err().to_string().contains("at most 16777216"));
    let endless = format!("a TXT ( {}\n", "x ".repeat(200_000));
    assert!(problems(&endless)[0].starts_with("line 1: the entry that begins here is too long"));
    let wrong: String = (0..2000).map(|i| format!("h{i} A x\n")).collect();
    let all = problems(&format!("{HEAD}{wrong}"));
    assert_eq!(all.len(), MAX_LISTED + 1);
    assert!(all[MAX_LISTED].contains("and more"));
}

#[test]
fn soa_and_ns_share_the_ttl_of_the_zone() {
    let file = zone("$TTL 1d2s\n@ 60 SOA ns1 hostmaster 7 1h 600s 1w 60\n@ 120 NS ns1\nns1 A 192.0.2.53\n");
    assert_eq!(file.zone.ttl.get(), 86_402);
    let warnings = said(&file.warnings).join("\n");
    assert!(warnings.contains("the SOA record has a TTL of 60 s"), "{warnings}");
    assert!(warnings.contains("the NS record has a TTL of 120 s"), "{warnings}");
}

#[test]
fn a_mailbox_has_a_domain_and_a_ttl_has_numbers() {
    let wrong = problems("$TTL 300\n@ SOA ns1 hostmaster. 7 1h 600 1w 60\n NS ns1\nns1 A 192.0.2.53\n");
    assert!(wrong.join("\n").contains("the mailbox has no domain"), "{wrong:?}");
    for ttl in ["hh", "1hh", "5x", "99999999999"] {
        let wrong = problems(&format!("$TTL {ttl}\n{HEAD}"));
        assert!(wrong.iter().any(|problem| problem.starts_with("line 1")), "{ttl}: {wrong:?}");
    }
}

#[test]
fn a_name_that_could_be_taken_for_another_stays_itself() {
    let file = zone(&format!("{HEAD}www.example.org A 192.0.2.1\n\\@ A 192.0.2.2\n\\$TTL A 192.0.2.3\n"));
    let owners: Vec<DnsName> =
        file.zone.records.iter().map(|set| set.owner(&file.zone.name).unwrap()).collect();
    for name in ["www.example.org.example.org", "\\@.example.org", "\\$ttl.example.org"] {
        assert!(owners.contains(&name.parse().unwrap()), "{name} in {owners:?}");
    }
}

#[test]
fn a_problem_of_the_whole_configuration_gets_the_line_of_its_record() {
    let file = zone(&format!("{HEAD}b A 192.0.2.2\na A 192.0.2.1\n"));
    let problem = |field: &str| file.with_line(Problem::new(field, "", "")).field;
    assert_eq!(problem("zones[example.org].records[0].name"), "line 6");
    assert_eq!(problem("zones[example.org].records[1].data"), "line 5");
    assert_eq!(problem("services[a.example.org].name"), "line 6");
    assert_eq!(problem("services[c.example.org].name"), "services[c.example.org].name");
    let old = zone(&format!("{HEAD}b A 192.0.2.2\n")).zone;
    let old =
        Zone { records: vec![RecordSet { name: "B.Example.ORG.".into(), ..old.records[0].clone() }], ..old };
    let kept = file.keep_words(&old);
    assert_eq!(kept.zone.records[0].name, "B.Example.ORG.");
    let problem = Problem::new("zones[example.org].records[0].name", "", "");
    assert_eq!(kept.with_line(problem).field, "line 5");
}

#[test]
fn a_serial_ahead_is_said() {
    let file = zone(HEAD);
    assert_eq!(file.serial_ahead(6).unwrap().field, "line 2");
    assert!(file.serial_ahead(u32::MAX).is_some());
    assert!(file.serial_ahead(7).is_none() && file.serial_ahead(8).is_none());
}

const TYPES: [RrType; 15] = [
    RrType::A,
    RrType::AAAA,
    RrType::PTR,
    RrType::MX,
    RrType::TXT,
    RrType::SRV,
    RrType::CAA,
    RrType::NAPTR,
    RrType::HINFO,
    RrType::HTTPS,
    RrType::SVCB,
    RrType::TLSA,
    RrType::SSHFP,
    RrType(65_534),
    RrType(1000),
];

fn ttl() -> impl Strategy<Value = Option<Ttl>> {
    prop::option::of((0i64..=604_800).prop_map(|seconds| Ttl::new(seconds).unwrap()))
}

fn owner() -> impl Strategy<Value = DnsName> {
    let label = prop::collection::vec(any::<u8>(), 1..6);
    prop::collection::vec(label, 0..4).prop_map(|labels| {
        let mut wire: Vec<u8> = Vec::new();
        for label in labels {
            wire.push(label.len() as u8);
            wire.extend(label);
        }
        wire.push(0);
        DnsName::from_wire(&wire).unwrap().below(&origin()).unwrap()
    })
}

prop_compose! {
    fn set()(rr_type in select(&TYPES[..]))(
        owner in owner(),
        rr_type in Just(rr_type),
        ttl in ttl(),
        data in prop::collection::hash_set(data_of(rr_type), 1..4),
        generic in any::<bool>(),
        absolute in any::<bool>(),
    ) -> RecordSet {
        let text = |octets: &Vec<u8>| {
            let hex: String = octets.iter().map(|byte| format!("{byte:02x}")).collect();
            if generic { format!("\\# {} {hex}", octets.len()) } else { rdata::print(rr_type, octets) }
        };
        let relative = owner.relative_to(&origin()).unwrap();
        let name = if absolute { format!("{owner}.") } else { relative };
        RecordSet { name, rr_type, ttl, data: data.iter().map(text).collect() }
    }
}

fn name_server() -> impl Strategy<Value = DnsName> {
    select(&["ns1.example.org", "ns2.example.net", "a.b.c.example.org", "example.com"][..])
        .prop_map(|text| text.parse().unwrap())
}

prop_compose! {
    fn any_zone()(
        sets in prop::collection::vec(set(), 0..8),
        ttl in ttl(),
        negative in ttl(),
        drop in any::<bool>(),
        servers in prop::collection::hash_set(name_server(), 0..4),
        mname in prop::option::of(name_server()),
        rname in prop::option::of(owner().prop_filter_map("a domain", Mailbox::of_name)),
        numbers in (0u32..=i32::MAX as u32, 0u32..=i32::MAX as u32),
        special in any::<bool>(),
    ) -> Zone {
        let mut records: Vec<RecordSet> = Vec::new();
        for set in sets {
            let owner = |set: &RecordSet| set.owner(&origin()).ok();
            if !records.iter().any(|other| (owner(other), other.rr_type) == (owner(&set), set.rr_type)) {
                records.push(set);
            }
        }
        if special {
            let set = |name: &str, rr_type, data: &str| {
                RecordSet { name: name.into(), rr_type, ttl: None, data: vec![data.into()] }
            };
            records.push(set("an.alias", RrType::CNAME, "hello"));
            records.push(set("a.tree", RrType::DNAME, "example.com"));
            records.push(set("a.cut", RrType::NS, "ns"));
            records.push(set("a.cut", RrType::DS, "1 8 2 0a0b"));
        }
        records.sort_by(|a, b| (&a.name, a.rr_type).cmp(&(&b.name, b.rr_type)));
        let negative_ttl = negative.unwrap_or_default();
        let (refresh, retry) = numbers;
        let soa = crate::config::Soa { mname, rname, refresh, retry, negative_ttl, ..Default::default() };
        Zone {
            name: origin(),
            soa,
            name_servers: servers.into_iter().collect(),
            ttl: ttl.unwrap_or_default(),
            unhandled: if drop { Unhandled::Drop } else { Unhandled::Nxdomain },
            transfer: None,
            records,
        }
    }
}

proptest! {
    #[test]
    fn a_zone_that_is_written_reads_back_as_itself(zone in any_zone(), serial in any::<u32>()) {
        prop_assume!(check_zone(&zone).0.is_empty());
        let text = write(&zone, serial).unwrap();
        prop_assert!(text.is_ascii());
        let file = read(text.as_bytes(), &origin()).unwrap_or_else(|e| panic!("{e}\n{text}"));
        prop_assert_eq!(file.serial, serial);
        prop_assert_eq!(file.clone().keep_words(&zone).zone, zone);
        // What was read has words of its own, and those stay from then on.
        let again = read(write(&file.zone, serial).unwrap().as_bytes(), &origin()).unwrap();
        prop_assert_eq!(again.zone, file.zone);
    }

    #[test]
    fn any_octets_are_read_without_a_panic(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&octets, &origin());
    }

    #[test]
    fn any_words_are_read_without_a_panic(
        words in prop::collection::vec(
            select(&[
                "@", "\n", "\n ", "(", ")", "\"", "\\", ";", "A", "MX", "SOA", "TXT", "HTTPS", "IN", "CH", "300", "1h",
                "\\# 4 c0000201", "192.0.2.1", "example.org.", "a", "$TTL", "$ORIGIN", "alpn=\"h2", "\\0", "é", "*", "NS",
            ][..]),
            0..40,
        )
    ) {
        let _ = read(words.join(" ").as_bytes(), &origin());
    }

    #[test]
    fn a_damaged_file_is_read_without_a_panic(
        zone in any_zone(), hits in prop::collection::vec((any::<Index>(), any::<u8>(), 0u8..3), 1..6)
    ) {
        let Ok(text) = write(&zone, 1) else { return Ok(()) };
        let mut octets = text.into_bytes();
        for (at, byte, how) in hits {
            let at = at.index(octets.len());
            match how {
                0 => octets[at] = byte,
                1 => octets.insert(at, byte),
                _ => drop(octets.remove(at)),
            }
        }
        if let Ok(file) = read(&octets, &origin()) {
            prop_assert!(check_zone(&file.zone).0.is_empty());
        }
    }
}
