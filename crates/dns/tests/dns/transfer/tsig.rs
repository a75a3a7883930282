//! Signatures: of any query, wrong ones, and what is no signature at all.

use hickory_proto::rr::DNSClass;
use hickory_proto::rr::rdata::TSIG;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_off_is_answered_with_the_right_one() {
    let site = started().await;
    let mut message = query("example.org", RecordType::SOA);
    let then = now() - 400;
    message.finalize(&signer(KEY, secret(KEY)), then).unwrap();
    let answer = Message::from_vec(&udp(site.address, &message.to_vec().unwrap())).unwrap();
    let tsig = answer.signature.expect("a TSIG record").data;
    assert_eq!((tsig.time, tsig.error), (then, Some(TsigError::BadTime)));
    let told = tsig.other.iter().fold(0, |told, octet| told << 8 | u64::from(*octet));
    assert!(tsig.other.len() == 6 && told.abs_diff(now()) <= 60, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_query_of_any_kind_gets_a_signed_answer() {
    let site = started().await;
    for (name, rr_type) in [
        ("example.org", RecordType::SOA),
        ("steered.example.org", RecordType::A),
        ("nowhere.test", RecordType::A),
    ] {
        let mut question = query(name, rr_type);
        question.edns = Some(Edns::new());
        let (packet, mut verifier) = signed(question, OTHER);
        verifier.verify(&udp(site.address, &packet)).expect("signed over UDP");
        // The same again over TCP, by a verifier of its own.
        let (packet, mut verifier) = signed(query(name, rr_type), KEY);
        let mut stream = connect(site.address, &packet);
        verifier.verify(&next(&mut stream)).expect("signed over TCP");
    }
    let (packet, _) = signed(query("example.org", RecordType::SOA), "who.example");
    assert_eq!(refusal(&udp(site.address, &packet)), (Rcode::NOTAUTH, Some(TsigError::BadKey), false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_and_its_signature_fit_a_datagram() {
    let mut config = config();
    let data: Vec<String> = (0..28).map(|n| format!("192.0.2.{n}")).collect();
    config.zones[0]
        .records
        .push(serde_json::from_value(json!({"name": "wide", "type": "A", "data": data})).unwrap());
    let site = start(view(config, 1, &[]), Limits::default()).await;
    let unsigned = query("wide.example.org", RecordType::A).to_vec().unwrap();
    let plain = Message::from_vec(&udp(site.address, &unsigned)).unwrap();
    assert!(!plain.metadata.truncation && plain.answers.len() == 28);
    let (packet, mut verifier) = signed(query("wide.example.org", RecordType::A), KEY);
    let octets = udp(site.address, &packet);
    assert!(octets.len() <= 512, "{}", octets.len());
    verifier.verify(&octets).expect("a truncated answer is signed");
    assert!(Message::from_vec(&octets).unwrap().metadata.truncation);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_tsig_record_is_refused() {
    let site = started().await;
    let tsig = |mac: &[u8], fudge| {
        TSIG::new(TsigAlgorithm::HmacSha256, now(), fudge, mac.to_vec(), 0x4321, None, Vec::new())
    };
    let with = |class: DNSClass, name: &str, tsig: TSIG| {
        let mut name = Name::from_ascii(name).unwrap();
        name.set_fqdn(true);
        let mut record = Record::from_rdata(name, 0, tsig);
        record.dns_class = class;
        let mut message = query("example.org", RecordType::AXFR);
        message.set_signature(Box::new(record));
        message.to_vec().unwrap()
    };
    let ask = |packet: &[u8]| refusal(&next(&mut connect(site.address, packet)));
    // A MAC of a length that none may have, and one that is part of the right length and wrong.
    for mac in [&[0u8; 9][..], &[0; 15], &[0; 33]] {
        assert_eq!(ask(&with(DNSClass::ANY, KEY, tsig(mac, 300))), (Rcode::FORMERR, None, false));
    }
    let wrong = ask(&with(DNSClass::ANY, KEY, tsig(&[0; 16], 300)));
    assert_eq!(wrong, (Rcode::NOTAUTH, Some(TsigError::BadSig), false));
    assert_eq!(ask(&with(DNSClass::IN, KEY, tsig(&[0; 32], 300))), (Rcode::FORMERR, None, false));
    // Half of the right one: known to be right, and refused all the same.
    let (mut packet, _) = signed(query("example.org", RecordType::AXFR), KEY);
    let message = Message::from_vec(&packet).unwrap();
    let whole = message.signature.unwrap().data;
    let half = TSIG::new(
        whole.algorithm.clone(),
        whole.time,
        whole.fudge,
        whole.mac[..16].to_vec(),
        whole.oid,
        None,
        Vec::new(),
    );
    let (rcode, error, is_signed) = ask(&with(DNSClass::ANY, KEY, half));
    assert_eq!((rcode, error, is_signed), (Rcode::NOTAUTH, Some(TsigError::BadTrunc), true));
    // After the TSIG record there is nothing (RFC 8945 section 5.1).
    packet.extend_from_slice(&[0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]);
    packet[11] += 1;
    assert_eq!(ask(&packet), (Rcode::FORMERR, None, false));
    // An algorithm this key is not for, and one that is written in capitals.
    let mut sha512 = query("example.org", RecordType::SOA);
    let other = TSigner::new(secret(KEY), TsigAlgorithm::HmacSha512, Name::from_ascii(KEY).unwrap(), 300);
    sha512.finalize(&other.unwrap(), now()).unwrap();
    assert_eq!(ask(&sha512.to_vec().unwrap()), (Rcode::NOTAUTH, Some(TsigError::BadKey), false));
    let (mut loud, mut verifier) = signed(query("example.org", RecordType::SOA), KEY);
    let at = loud.windows(11).position(|w| w == b"hmac-sha256").expect("the algorithm's name");
    loud[at..at + 11].make_ascii_uppercase();
    verifier.verify(&next(&mut connect(site.address, &loud))).expect("names have no case");
}
