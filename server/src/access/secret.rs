//! Secrets made for others to carry: session cookies, API tokens, one-time codes. Only their SHA-256 is ever stored.

use rand::RngCore;
use sha2::{Digest, Sha256};

/// Letters of a one-time code: no two that look alike.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A token of 256 random bits with a prefix that says what it is.
pub fn token(prefix: &str) -> String {
    let random: [u8; 32] = random();
    let hex: String = random.iter().map(|b| format!("{b:02x}")).collect();
    format!("{prefix}_{hex}")
}

/// A code of 130 random bits a person can type: `ABCDE-FGHJK-...`.
pub fn code() -> String {
    let random: [u8; 26] = random();
    let letters: Vec<char> = random.iter().map(|b| CODE_LETTERS[(b % 32) as usize] as char).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The form a code is hashed in: however a person spaced or cased it.
pub fn normal_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// SHA-256 of a secret, as storage keeps it.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A nonce for the Content-Security-Policy of one response, 128 random bits.
pub fn nonce() -> String {
    let random: [u8; 16] = random();
    random.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let code = code();
        assert_eq!(normal_code(&code).len(), 26);
        assert_eq!(normal_code(&code.to_lowercase().replace('-', " ")), normal_code(&code));
    }

    #[test]
    fn no_two_secrets_are_alike() {
        assert_ne!(token("sy"), token("sy"));
        assert_ne!(code(), super::code());
    }
}
