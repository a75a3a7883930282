//! The declarative form, as an operator or a pipeline applies it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(mut config) = declarative::read(text) else { return };
    config.sort();
    // A wrong one is refused by its fields, however wrong it is.
    if model::check::check(&config).is_err() {
        return;
    }
    let written = declarative::write(&config).expect("what was checked can be written");
    let read = declarative::read(&written).unwrap_or_else(|problem| panic!("{problem}: {written}"));
    assert_eq!(read, config, "{written}");
});
