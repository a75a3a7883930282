//! A file of spilled rows, whatever a crash or a disk left of it.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use querylog::spill::frame::{content, frame, scan};

fuzz_target!(|octets: &[u8]| {
    let found = scan(Cursor::new(octets)).expect("memory can be read");
    for head in &found.frames {
        assert!(head.at + u64::from(head.length) <= octets.len() as u64);
        let _ = content(Cursor::new(octets), head).expect("memory can be read");
    }
    // A whole frame behind anything is found.
    let mut file = octets.to_vec();
    file.extend(frame(7, 1, b"row"));
    let last = scan(Cursor::new(&file)).expect("memory can be read").frames.pop();
    assert!(last.is_some());
});
