//! A master file in; what was read is written and read back as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::DnsName;
use model::zonefile;

fuzz_target!(|octets: &[u8]| {
    let origin: DnsName = "example.org".parse().expect("a name");
    let Ok(read) = zonefile::read(octets, &origin) else { return };
    let Ok(written) = zonefile::write(&read.zone, 1) else { return };
    let again = zonefile::read(written.as_bytes(), &origin).expect("what was written is read");
    assert_eq!(again.zone, read.zone, "{written}");
});
