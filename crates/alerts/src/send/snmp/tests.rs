use std::sync::Arc;

use model::config::SnmpUser;
use model::occurrence::{Level, Occurrence};
use sha2::{Sha256, Sha512};
use snmp2::{MessageType, Pdu, Value};

use super::*;

fn alert() -> Alert {
    let event = Occurrence {
        id: 7,
        at: 1_600_000_000_000_000,
        kind: Kind::GsMemberDown,
        level: Level::Medium,
        site: "leader".parse().unwrap(),
        service: Some("hello.example.org".parse().unwrap()),
        pool: Some("main".parse().unwrap()),
        member: Some("192.0.2.1".parse().unwrap()),
        member_site: None,
        subject: "hello.example.org 192.0.2.1".to_owned(),
        text: "It is down. ".repeat(30),
        details: serde_json::Map::new(),
        generation: 1,
        health_epoch: 1,
    };
    Alert { rule: Some("down".parse().unwrap()), last: Arc::new(event.clone()), ..Alert::test(event) }
}

#[test]
fn another_parser_reads_a_trap_of_version_2c() {
    let pdu = trap(&alert(), i32::MAX, u32::MAX);
    let message = sequence(&[int(1), octets(b"public"), pdu]);
    let read = Pdu::from_bytes(&message).unwrap();
    assert_eq!(read.message_type, MessageType::Trap);
    assert_eq!((read.community, read.req_id), (&b"public"[..], i32::MAX));
    let found: Vec<(String, String)> =
        read.varbinds.clone().map(|(oid, value)| (oid.to_string(), format!("{value:?}"))).collect();
    assert_eq!(found[0].0, "1.3.6.1.2.1.1.3.0");
    assert!(matches!(read.varbinds.clone().next().unwrap().1, Value::Timeticks(u32::MAX)));
    assert_eq!(found[1].0, "1.3.6.1.6.3.1.1.4.1.0");
    assert!(found[1].1.contains("1.3.6.1.4.1.32473.53.0.6"), "{}", found[1].1);
    let texts: Vec<String> = read
        .varbinds
        .filter_map(|(_, value)| match value {
            Value::OctetString(octets) => Some(String::from_utf8(octets.to_vec()).unwrap()),
            _ => None,
        })
        .collect();
    assert_eq!(texts[..4], ["GS_MEMBER_DOWN", "medium", "leader", "hello.example.org 192.0.2.1"]);
    assert_eq!(texts[4].len(), 360);
    assert_eq!(texts[5..8], ["hello.example.org", "main", "192.0.2.1"]);
}

#[test]
fn keys_of_version_3_are_those_that_others_compute() {
    let engine = data_encoding::HEXLOWER.decode(b"000000000000000000000002").unwrap();
    let hex = |key: &[u8]| data_encoding::HEXLOWER.encode(key);
    // The steps of RFC 3414 section A.2 by Python's hashlib, with the password and engine of its examples.
    assert_eq!(
        hex(&usm::localised::<Sha256>(b"maplesyrup", &engine)),
        "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"
    );
    assert_eq!(
        hex(&usm::localised::<Sha512>(b"maplesyrup", &engine)),
        "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b"
    );
}

#[test]
fn a_trap_of_version_3_is_authenticated_over_the_whole_message() {
    let user: SnmpUser =
        serde_json::from_value(serde_json::json!({"user": "ops", "auth_secret": "key"})).unwrap();
    let engine = usm::engine(&user, &"leader".parse().unwrap()).unwrap();
    assert_eq!(data_encoding::HEXLOWER.encode(&engine), "80007ed9046c6561646572");
    let time = usm::Time { boots: 1_600_000_000, seconds: 17 };
    let message = usm::message(&user, b"maplesyrup", &engine, time, 5, &octets(b"pdu")).unwrap();
    // The same by Python, octet by octet.
    assert_eq!(
        data_encoding::HEXLOWER.encode(&message),
        "3064020103300e020105020300ffe304010102010304393037040b80007ed9046c656164657202045f5e100002011104036f70730418c1f0d213eec88df99cb38afc59394fbea136bcf0e787873804003014040b80007ed9046c656164657204000403706475"
    );
    let short = usm::message(&user, b"short", &engine, time, 5, &[]).unwrap_err();
    assert!(short.note.contains("secret key has fewer than 8") && short.lasting);
}
