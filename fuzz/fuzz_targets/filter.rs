//! A filter of the query log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::filter::Filter;

fuzz_target!(|text: &str| {
    let Ok(filter) = text.parse::<Filter>() else { return };
    let shown = filter.to_string();
    assert_eq!(shown.parse::<Filter>().expect("its own text"), filter, "{shown}");
});
