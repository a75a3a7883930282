//! Spans of time as master files write them: seconds, or numbers with units as `1h30m`.

/// Largest TTL of the protocol (RFC 2181 section 8).
const MAX: u64 = 0x7fff_ffff;

/// Whole seconds. None for a word that is none, which may be a class or type.
pub fn seconds(word: &str) -> Option<Result<u32, String>> {
    if !word.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let wrong = || {
        Some(Err(format!(
            "{word:?} is no span of time: give seconds up to {MAX}, or units as 1h30m (w d h m s)"
        )))
    };
    let mut total = 0u64;
    let mut number: Option<u64> = None;
    for byte in word.bytes() {
        if byte.is_ascii_digit() {
            let digit = u64::from(byte - b'0');
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
            continue;
        }
        let unit = match byte.to_ascii_lowercase() {
            b'w' => 604_800,
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return wrong(),
        };
        match number.take() {
            Some(count) => total = total.saturating_add(count.saturating_mul(unit)),
            None => return wrong(),
        }
    }
    total = total.saturating_add(number.unwrap_or(0));
    match u32::try_from(total) {
        Ok(seconds) if total <= MAX => Some(Ok(seconds)),
        _ => wrong(),
    }
}
