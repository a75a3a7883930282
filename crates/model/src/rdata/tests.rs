use proptest::prelude::*;

use super::*;

fn check(rr_type: RrType, text: &str, expected: &[u8]) {
    let origin: DnsName = "example.org".parse().unwrap();
    let data = parse(rr_type, text, &origin).unwrap();
    assert_eq!(data, expected, "{rr_type} {text}");
    let printed = print(rr_type, &data);
    assert_eq!(parse(rr_type, &printed, &DnsName::root()).unwrap(), expected, "{rr_type} {printed}");
}

#[test]
fn writes_each_type_as_its_rfc_says() {
    check(RrType::A, "192.0.2.1", &[192, 0, 2, 1]);
    check(RrType::MX, "10 mx", b"\x00\x0a\x02mx\x07example\x03org\x00");
    check(RrType::MX, "0 .", b"\x00\x00\x00");
    check(RrType::TXT, r#""a b" c"#, b"\x03a b\x01c");
    check(RrType::TXT, r#""say \"hi\" \065""#, b"\x0asay \"hi\" A");
    check(RrType::TXT, r"a\;b\032c", b"\x05a;b c");
    check(RrType::SRV, "1 2 443 h.example.net.", b"\x00\x01\x00\x02\x01\xbb\x01h\x07example\x03net\x00");
    check(RrType::CAA, "0 issue \"ca.net\"", b"\x00\x05issueca.net");
    check(RrType::DS, "1 8 2 0aF0 0c", b"\x00\x01\x08\x02\x0a\xf0\x0c");
    check(RrType::HINFO, "\"RFC8482\" \"\"", b"\x07RFC8482\x00");
    check(RrType::NAPTR, r#"1 2 "S" "" "!^.*$!x!" ."#, b"\x00\x01\x00\x02\x01S\x00\x08!^.*$!x!\x00");
    check(RrType(1000), "\\# 3 0a0B0c", &[10, 11, 12]);
    check(RrType(1000), "\\# 0", &[]);
}

/// Test vectors of RFC 9460 appendix D.
#[test]
fn reads_service_bindings_as_rfc_9460_shows_them() {
    let foo = b"\x03foo\x07example\x03com\x00";
    let with = |priority: u8, params: &[u8]| [&[0, priority], foo.as_slice(), params].concat();
    let check = |text: &str, expected: &[u8]| check(RrType::SVCB, text, expected);
    check("0 foo.example.com.", &with(0, b""));
    check("1 .", b"\x00\x01\x00");
    check("16 foo.example.com. port=53", &with(16, b"\x00\x03\x00\x02\x00\x35"));
    check("1 foo.example.com. key667=hello", &with(1, b"\x02\x9b\x00\x05hello"));
    check("1 foo.example.com. key667=\"hello\\210qoo\"", &with(1, b"\x02\x9b\x00\x09hello\xd2qoo"));
    let hints = "1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\"";
    let octets = b"\x00\x06\x00\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\x01";
    check(hints, &with(1, octets));
    let all = "16 foo.example.com. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1";
    let octets = b"\0\0\0\x04\0\x01\0\x04\0\x01\0\x09\x02h2\x05h3-19\0\x04\0\x04\xc0\0\x02\x01";
    check(all, &with(16, octets));
    let escaped = b"\0\x01\0\x0c\x08f\\oo,bar\x02h2";
    check(r#"16 foo.example.com. alpn="f\\\\oo\\,bar,h2""#, &with(16, escaped));
    check(r"16 foo.example.com. alpn=f\\\092oo\092,bar,h2", &with(16, escaped));
}

#[test]
fn refuses_service_bindings_that_contradict_themselves() {
    let check = |text: &str, part: &str| {
        let error = parse(RrType::HTTPS, text, &DnsName::root()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    };
    check("0 foo. alpn=h2", "alias");
    check("1 . key123=abc key123=def", "once");
    check("1 . mandatory=alpn", "alpn is not there");
    check("1 . mandatory=alpn,alpn alpn=h2", "once");
    check("1 . mandatory=mandatory alpn=h2", "itself");
    check("1 . alpn", "value is needed");
    check("1 . no-default-alpn=abc alpn=h2", "no value");
    check("1 . no-default-alpn", "needs alpn");
    check("1 . port=70000", "65535");
    check("1 . ipv4hint=2001:db8::1", "IPv4");
    check("1 . ech=###", "base64");
    check("1 . key65535=x", "no such key");
    check("1 . key007=x", "no such key");
    check("1 . key3=abc", "does not fit");
    check("1 . spdy=1", "no such key");
}

#[test]
fn says_what_form_was_expected() {
    let origin = DnsName::root();
    let check = |rr_type, text: &str, part: &str| {
        let error = parse(rr_type, text, &origin).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    check(RrType::A, "2001:db8::1", "IPv4 address");
    check(RrType::A, "1.2.3.4 5.6.7.8", "IPv4 address");
    check(RrType::MX, "mail", "a preference and a name");
    check(RrType::MX, "+1 mail", "whole number up to 65535 in place 1");
    check(RrType::TXT, "\"open", "quotation mark");
    check(RrType(1000), "abc", "RFC 3597");
    check(RrType::A, "\\# 9 00", "generic form");
    check(RrType::A, "\\# 3 000102", "no data of type A");
    check(RrType::MX, "\\# 4 0001c00c", "no data of type MX");
    check(RrType::SOA, "\\# 1 00", "zone's own fields");
    check(RrType::TLSA, "3 1 1", "hexadecimal");
    check(RrType::TLSA, "3 1 1 \"\"", "hexadecimal");
    check(RrType::TXT, &"a".repeat(256), "longer than 255 octets");
    check(RrType::TXT, &format!("{} ", "a".repeat(255)).repeat(65), "at most 16384");
    check(RrType::HTTPS, "1 . alpn=h2,,h3", "is empty");
}

#[test]
fn the_origin_is_written_as_an_at_sign_and_private_keys_hold_anything() {
    let origin: DnsName = "example.org".parse().unwrap();
    assert_eq!(parse(RrType::CNAME, "@", &origin).unwrap(), origin.wire());
    let private = parse(RrType::SVCB, "1 . key65280=abc", &origin).unwrap();
    assert!(private.ends_with(b"\xff\x00\x00\x03abc"));
    // Keys that do not ascend, or that nobody may use, have only the generic form.
    for octets in [&b"\0\x01\0\0\x03\0\x02\0\x35\0\x01\0\x03\x02h2"[..], b"\0\x01\0\xff\xff\0\0"] {
        assert!(print(RrType::SVCB, octets).starts_with("\\# "), "{octets:?}");
    }
}

const ALL: [RrType; 19] = [
    RrType::A,
    RrType::AAAA,
    RrType::CNAME,
    RrType::DNAME,
    RrType::NS,
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
    RrType::DS,
    RrType(1000),
    RrType(65_534),
];

fn wire_name() -> impl Strategy<Value = Vec<u8>> {
    // Names are kept in lower case, so that no octet here is a capital letter.
    let label = prop::collection::vec(any::<u8>().prop_map(|b| b.to_ascii_lowercase()), 1..12);
    prop::collection::vec(label, 0..4).prop_map(|labels| {
        let mut wire: Vec<u8> = Vec::new();
        for label in labels {
            wire.push(label.len() as u8);
            wire.extend(label);
        }
        wire.push(0);
        wire
    })
}

fn string() -> impl Strategy<Value = Vec<u8>> {
    let text = prop::collection::vec(any::<u8>(), 0..40);
    text.prop_map(|text| [&[text.len() as u8], text.as_slice()].concat())
}

fn octets(least: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), least..60)
}

fn params() -> impl Strategy<Value = Vec<u8>> {
    let protocol = prop::collection::vec(any::<u8>(), 1..6)
        .prop_map(|text| [&[text.len() as u8], text.as_slice()].concat());
    let alpn = prop::collection::vec(protocol, 1..4).prop_map(|list| list.concat());
    let hints = |size: usize| prop::collection::vec(prop::collection::vec(any::<u8>(), size), 1..3);
    (
        prop::option::of(alpn),
        any::<bool>(),
        prop::option::of(any::<u16>()),
        prop::option::of(hints(4)),
        prop::option::of(octets(1)),
        prop::option::of(hints(16)),
        prop::option::of((7u16..65_535, octets(0))),
    )
        .prop_map(|(alpn, no_default, port, four, ech, six, other)| {
            let mut params: Vec<(u16, Vec<u8>)> = Vec::new();
            if alpn.is_some() && no_default {
                params.push((2, Vec::new()));
            }
            params.extend(alpn.map(|value| (1, value)));
            params.extend(port.map(|port| (3, port.to_be_bytes().to_vec())));
            params.extend(four.map(|list| (4, list.concat())));
            params.extend(ech.map(|value| (5, value)));
            params.extend(six.map(|list| (6, list.concat())));
            params.extend(other);
            params.sort();
            if let Some((first, _)) = params.first() {
                params.insert(0, (0, first.to_be_bytes().to_vec()));
            }
            let one = |(key, value): (u16, Vec<u8>)| {
                [&key.to_be_bytes(), &(value.len() as u16).to_be_bytes(), value.as_slice()].concat()
            };
            params.into_iter().flat_map(one).collect()
        })
}

/// Data of a type, as octets.
pub fn data_of(rr_type: RrType) -> BoxedStrategy<Vec<u8>> {
    let after = |count: usize, tail: BoxedStrategy<Vec<u8>>| {
        (prop::collection::vec(any::<u8>(), count), tail).prop_map(|(head, tail)| [head, tail].concat())
    };
    let name = || wire_name().boxed();
    match rr_type {
        RrType::A => prop::collection::vec(any::<u8>(), 4).boxed(),
        RrType::AAAA => prop::collection::vec(any::<u8>(), 16).boxed(),
        RrType::CNAME | RrType::DNAME | RrType::NS | RrType::PTR => name(),
        RrType::MX => after(2, name()).boxed(),
        RrType::SRV => after(6, name()).boxed(),
        RrType::TXT => prop::collection::vec(string(), 1..4).prop_map(|list| list.concat()).boxed(),
        RrType::HINFO => prop::collection::vec(string(), 2).prop_map(|list| list.concat()).boxed(),
        RrType::CAA => (any::<u8>(), "[a-zA-Z0-9]{1,15}", octets(0))
            .prop_map(|(flags, tag, value)| {
                [&[flags, tag.len() as u8], tag.as_bytes(), value.as_slice()].concat()
            })
            .boxed(),
        RrType::NAPTR => {
            let texts = prop::collection::vec(string(), 3).prop_map(|list| list.concat());
            let tail = (texts, wire_name()).prop_map(|(texts, name)| [texts, name].concat());
            after(4, tail.boxed()).boxed()
        }
        RrType::TLSA => after(3, octets(1).boxed()).boxed(),
        RrType::SSHFP => after(2, octets(1).boxed()).boxed(),
        RrType::DS => after(4, octets(1).boxed()).boxed(),
        RrType::SVCB | RrType::HTTPS => (1u16.., wire_name(), params())
            .prop_map(|(priority, name, params)| [&priority.to_be_bytes(), &name[..], &params[..]].concat())
            .boxed(),
        _ => octets(0).boxed(),
    }
}

proptest! {
    #[test]
    fn data_of_each_type_survives_its_presentation_form(
        (rr_type, data) in prop::sample::select(&ALL[..]).prop_flat_map(|t| (Just(t), data_of(t)))
    ) {
        let text = print(rr_type, &data);
        prop_assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)), "{}", text);
        prop_assert_eq!(text.starts_with("\\# "), !has_form(rr_type), "{}", text);
        prop_assert_eq!(parse(rr_type, &text, &DnsName::root()).unwrap(), data.clone());
        let generic = parse(rr_type, &generic_text(&data), &DnsName::root()).unwrap();
        prop_assert_eq!(generic, data);
    }

    #[test]
    fn any_octets_are_printed_and_what_is_accepted_reads_back(
        rr_type in prop::sample::select(&ALL[..]), data in octets(0)
    ) {
        let text = print(rr_type, &data);
        if let Ok(data) = parse(rr_type, &text, &DnsName::root()) {
            prop_assert_eq!(parse(rr_type, &print(rr_type, &data), &DnsName::root()).unwrap(), data);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_what_is_accepted_prints_back(
        rr_type in prop::sample::select(&ALL[..]), text in "[ -~\u{e9}\t]{0,40}"
    ) {
        let origin: DnsName = "example.org".parse().unwrap();
        if let Ok(data) = parse(rr_type, &text, &origin) {
            prop_assert_eq!(parse(rr_type, &print(rr_type, &data), &origin).unwrap(), data);
        }
    }

    #[test]
    fn base64_reads_back_as_written(data in octets(0)) {
        prop_assert_eq!(base64::decode(base64::encode(&data).as_bytes()).unwrap(), data);
    }
}
