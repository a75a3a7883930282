use proptest::prelude::*;

use super::*;
use crate::event::Transport;
use crate::filter::value::typed;

fn test(field: Field, op: Op) -> Filter {
    Filter::Test(Test { field, op })
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn reads_the_example_of_the_manual() {
    let filter =
        parse("service = Hello.avi.iberia.local. AND rcode != noerror and client_ip in (10.1.2.3/8, ::1)");
    let expected = Filter::And(vec![
        test(Field::Service, Op::Equal(text("hello.avi.iberia.local"))),
        test(Field::Rcode, Op::NotEqual(Value::Rcode(Rcode::NOERROR))),
        test(
            Field::ClientIp,
            Op::In(vec![
                Value::Network("10.0.0.0/8".parse().unwrap()),
                Value::Network("::1/128".parse().unwrap()),
            ]),
        ),
    ]);
    assert_eq!(filter.unwrap(), expected);
    assert_eq!(parse(" \n").unwrap(), Filter::All);
}

#[test]
fn not_binds_tighter_than_and_and_and_tighter_than_or() {
    let leaf = |ttl| test(Field::Ttl, Op::Equal(Value::Number(ttl)));
    let not = |inner| Filter::Not(Box::new(inner));
    let check = |given: &str, expected: Filter| assert_eq!(parse(given).unwrap(), expected, "{given}");
    check(
        "not ttl=1 and ttl=2 or ttl=3",
        Filter::Or(vec![Filter::And(vec![not(leaf(1)), leaf(2)]), leaf(3)]),
    );
    check("ttl=1 and (ttl=2 OR ttl=3)", Filter::And(vec![leaf(1), Filter::Or(vec![leaf(2), leaf(3)])]));
    check("not (ttl=1 or ttl=2)", not(Filter::Or(vec![leaf(1), leaf(2)])));
    check("ttl not in (1)", not(test(Field::Ttl, Op::In(vec![Value::Number(1)]))));
}

#[test]
fn quotes_keep_a_backslash_that_escapes_nothing() {
    let regex = |given: &str| match parse(given).unwrap() {
        Filter::Test(Test { op: Op::Matches(regex), .. }) => regex,
        other => panic!("{other:?}"),
    };
    assert_eq!(regex(r#"fqdn ~ "^a\.b \"x\" \\d\d$""#), r#"^a\.b "x" \d\d$"#);
    assert_eq!(regex(r"fqdn ~ ^a\.example$"), r"^a\.example$");
}

#[test]
fn an_error_says_where_and_what_would_be_right() {
    let long = format!("fqdn ~ {}", "a".repeat(MAX_REGEX + 1));
    let cases: &[(&str, usize, &str)] = &[
        ("servise = a", 0, "did you mean service?"),
        ("zzzzzzzzzzzzzzzz = a", 0, "the fields are ts, site"),
        ("ttl = soon", 6, "ttl: \"soon\" is no whole number"),
        ("client_ip = 10.0.0.0/33", 12, "client_ip: \"10.0.0.0/33\" is no address"),
        ("rcode = NXDOMIAN", 8, "NXDOMAIN"),
        ("qtype = B", 8, "AAAA"),
        ("ts > yesterday", 5, "2026-01-31"),
        ("ts > 2026-02-29", 5, "is no time"),
        ("transport = sctp", 12, "give udp, tcp, dot, doh or doq"),
        ("significant = maybe", 14, "give true or false"),
        ("fqdn = a..b", 7, "remove the extra dot"),
        ("client_ip ~ 10", 10, "~ does not apply: use =, != or in"),
        ("service < a", 8, "< does not apply: use =, !=, ~, !~ or in"),
        ("ttl == 3", 4, "write ="),
        ("ttl 3", 4, "an operator is missing"),
        ("ttl =", 5, "a value is missing"),
        ("ttl = and ttl = 3", 6, "a value is missing before and"),
        ("ttl in 3", 7, "a list in brackets"),
        ("ttl in (3 4)", 10, "separate values by ,"),
        ("ttl in ()", 8, "a value is missing"),
        ("(ttl = 3", 8, "add )"),
        ("ttl = 3)", 7, "closes nothing"),
        ("ttl = 3 && ttl = 4", 8, "write and"),
        ("ttl = 3 ttl = 4", 8, "join conditions"),
        ("ttl = 3 and", 11, "a condition is missing"),
        ("site = \"x", 7, "not closed"),
        ("site = \"a\u{0}\"", 9, "control character"),
        (&long, 7, "shorten it to 512"),
    ];
    for (given, at, message) in cases {
        let error = parse(given).expect_err(given);
        assert!(error.message.contains(message), "{given}: {error}");
        assert_eq!(error.at, *at, "{given}: {error}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let nested = |depth| format!("{}ttl = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1)).unwrap_err().message.contains("deeper than 64"));
    let inside = format!("{}ttl not in (1){}", "(ttl = 2 and ".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    let inside = parse(&inside).unwrap();
    assert_eq!(parse(&inside.to_string()), Ok(inside));
    assert!(parse(&"not ".repeat(1000)).unwrap_err().message.contains("deeper than 64"));
    assert!(parse(&" ".repeat(MAX_LENGTH + 1)).unwrap_err().message.contains("shorten it to 4096"));
}

#[test]
fn times_are_read_in_every_form_of_the_standard() {
    let check = |given: &str, expected: i64| {
        assert_eq!(typed(Field::Ts, given).unwrap(), Value::Time(expected), "{given}")
    };
    check("1970-01-01", 0);
    check("1970-01-01T00:00:00Z", 0);
    check("1969-12-31T23:59:59.999999Z", -1);
    check("2000-02-29t12:00:00.5z", 951_825_600_500_000);
    check("2026-11-23 21:00:00+01:00", 1_795_464_000_000_000);
    check("2026-11-23T19:30:00.0000019-00:30", 1_795_464_000_000_001);
}

fn any_value(kind: Kind) -> BoxedStrategy<Value> {
    let network = |address: std::net::IpAddr, length: u8| {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Value::Network(IpNet::new(address, length % (bits + 1)).unwrap().trunc())
    };
    match kind {
        Kind::Text => any::<String>().prop_map(|s| text(&s.replace(char::is_control, ""))).boxed(),
        Kind::Name => "([a-z0-9_*-]{1,9}\\.){0,3}[a-z]{1,9}|".prop_map(Value::Text).boxed(),
        Kind::Transport => {
            proptest::sample::select(Transport::ALL.to_vec()).prop_map(|t| text(t.as_str())).boxed()
        }
        Kind::Number => any::<i64>().prop_map(Value::Number).boxed(),
        Kind::Address => prop_oneof![
            (any::<u32>(), any::<u8>())
                .prop_map(move |(a, l)| network(std::net::Ipv4Addr::from(a).into(), l)),
            (any::<u128>(), any::<u8>())
                .prop_map(move |(a, l)| network(std::net::Ipv6Addr::from(a).into(), l)),
        ]
        .boxed(),
        Kind::Time => (-62_167_219_200_000_000i64..253_402_300_800_000_000).prop_map(Value::Time).boxed(),
        Kind::RrType => any::<u16>().prop_map(|n| Value::RrType(RrType(n))).boxed(),
        Kind::Rcode => any::<u16>().prop_map(|n| Value::Rcode(Rcode(n))).boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
    }
}

fn any_test() -> impl Strategy<Value = Filter> {
    proptest::sample::select(Field::ALL.to_vec()).prop_flat_map(|field| {
        let kind = field.kind();
        let regex = || any::<String>().prop_map(|s| s.replace(char::is_control, ""));
        let value = || any_value(kind);
        let op = match kind {
            _ if kind.is_text() => {
                prop_oneof![regex().prop_map(Op::Matches), regex().prop_map(Op::NotMatches)].boxed()
            }
            _ if kind.is_ordered() => prop_oneof![
                value().prop_map(Op::Less),
                value().prop_map(Op::LessEqual),
                value().prop_map(Op::Greater),
                value().prop_map(Op::GreaterEqual),
            ]
            .boxed(),
            _ => value().prop_map(Op::Equal).boxed(),
        };
        prop_oneof![
            op,
            value().prop_map(Op::Equal),
            value().prop_map(Op::NotEqual),
            proptest::collection::vec(value(), 1..4).prop_map(Op::In),
        ]
        .prop_map(move |op| test(field, op))
    })
}

pub(super) fn any_filter() -> impl Strategy<Value = Filter> {
    any_test().prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|f| Filter::Not(Box::new(f))),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_reads_back_as_written(filter in any_filter()) {
        let written = filter.to_string();
        prop_assume!(written.len() <= MAX_LENGTH);
        prop_assert_eq!(parse(&written), Ok(filter), "{}", written);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in "[a-z_=!<>~(),\"\\\\ 0-9.:/-]{0,60}|\\PC{0,40}") {
        match parse(&text) {
            Ok(filter) => prop_assert_eq!(parse(&filter.to_string()), Ok(filter)),
            Err(error) => prop_assert!(error.at <= text.len() && !error.message.is_empty()),
        }
    }
}
