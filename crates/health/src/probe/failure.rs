//! Why a check failed, from what the system said.

use std::io;

use model::health::FailureCode;

/// Longest text of what was seen, in characters; it ends up in events, tables and log lines.
pub const MAX_DETAIL: usize = 200;

/// A failed check: the code, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub code: FailureCode,
    /// What was seen, at most [`MAX_DETAIL`] characters and none of them a control character.
    pub detail: String,
}

impl Failure {
    /// A failure whose text is made safe to print.
    pub fn new(code: FailureCode, detail: impl AsRef<str>) -> Self {
        Failure { code, detail: printable(detail.as_ref()) }
    }

    /// A failure of the socket.
    pub fn of_io(error: &io::Error) -> Self {
        // The system's text carries a number, `(os error 111)`, that tells a reader nothing.
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        Failure::new(code_of(error), text)
    }
}

fn code_of(error: &io::Error) -> FailureCode {
    use io::ErrorKind as Kind;
    // No kind exists for a full file table (EMFILE 24, ENFILE 23 on every Unix) or full buffers (ENOBUFS).
    const NO_BUFFERS: i32 = if cfg!(target_os = "linux") { 105 } else { 55 };
    match (error.kind(), error.raw_os_error()) {
        (_, Some(23 | 24 | NO_BUFFERS)) => FailureCode::NoResources,
        (Kind::OutOfMemory, _) => FailureCode::NoResources,
        (Kind::ConnectionRefused, _) => FailureCode::ConnectionRefused,
        (Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe, _) => {
            FailureCode::ConnectionReset
        }
        (Kind::TimedOut, _) => FailureCode::ConnectionTimeout,
        (
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable,
            _,
        ) => FailureCode::ServerUnreachable,
        _ => FailureCode::ConnectionError,
    }
}

/// The text without control characters, cut to [`MAX_DETAIL`] characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_DETAIL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_system_s_errors_have_the_field_s_names() {
        for (kind, code) in [
            (io::ErrorKind::ConnectionRefused, FailureCode::ConnectionRefused),
            (io::ErrorKind::ConnectionReset, FailureCode::ConnectionReset),
            (io::ErrorKind::BrokenPipe, FailureCode::ConnectionReset),
            (io::ErrorKind::HostUnreachable, FailureCode::ServerUnreachable),
            (io::ErrorKind::NetworkUnreachable, FailureCode::ServerUnreachable),
            (io::ErrorKind::TimedOut, FailureCode::ConnectionTimeout),
            (io::ErrorKind::PermissionDenied, FailureCode::ConnectionError),
        ] {
            assert_eq!(Failure::of_io(&io::Error::from(kind)).code, code, "{kind:?}");
        }
        assert_eq!(Failure::of_io(&io::Error::from_raw_os_error(24)).code, FailureCode::NoResources);
    }

    #[test]
    fn the_number_of_a_system_error_is_left_out() {
        let refused = io::Error::other("Connection refused (os error 111)");
        assert_eq!(Failure::of_io(&refused).detail, "connection refused");
    }

    proptest! {
        #[test]
        fn a_detail_is_short_and_prints(text in any::<String>()) {
            let failure = Failure::new(FailureCode::OtherError, &text);
            prop_assert!(failure.detail.chars().count() <= MAX_DETAIL);
            prop_assert!(!failure.detail.chars().any(char::is_control));
        }
    }
}
