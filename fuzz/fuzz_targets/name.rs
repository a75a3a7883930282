//! A domain name, as text and on the wire.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::DnsName;

fuzz_target!(|octets: &[u8]| {
    let of_text = std::str::from_utf8(octets).ok().and_then(|text| text.parse::<DnsName>().ok());
    for name in of_text.into_iter().chain(DnsName::from_wire(octets)) {
        let text = name.to_string();
        assert!(text.bytes().all(|b| (0x21..=0x7e).contains(&b)), "{text:?}");
        assert_eq!(text.parse::<DnsName>().expect("its own text"), name);
        assert_eq!(DnsName::from_wire(name.wire()).expect("its own octets"), name);
    }
});
