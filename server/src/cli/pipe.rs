//! Standard output that nobody reads any more, as after `| head`: the end of the work, and no failure of it.

use std::io::ErrorKind;

/// The status a shell gives a program that SIGPIPE ended: 128 and the signal's number.
pub const CLOSED: u8 = 141;

/// Rust ignores SIGPIPE, and its print macros panic when the pipe is closed; from here on they end the process instead.
pub fn end_quietly_when_closed() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str().is_some_and(|text| text.starts_with("failed printing to stdout")) {
            std::process::exit(CLOSED.into());
        }
        usual(panic);
    }));
}

/// Whether an error is that of a closed pipe.
pub fn is_closed(error: &anyhow::Error) -> bool {
    let pipe = |cause: &std::io::Error| cause.kind() == ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(pipe))
}
