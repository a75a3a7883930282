//! Passwords: Argon2id, computed off the async threads and a few at a time, since each takes tens of megabytes.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use tokio::sync::Semaphore;

static SLOTS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// Shortest password taken (NIST SP 800-63B: at least 8; no rules about its characters).
pub const MIN_LENGTH: usize = 10;
/// Longest: hashing must not become a way to burn our time.
pub const MAX_LENGTH: usize = 256;

/// Hashes a password.
pub async fn hash(password: String) -> anyhow::Result<String> {
    let _slot = SLOTS.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|h| h.to_string()).map_err(|e| anyhow::anyhow!("hashing a password: {e}"))
    })
    .await?
}

/// Whether the password is the one of `stored`. Without a stored hash as much time is spent, and the answer is no:
/// an unknown user takes as long as a known one.
pub async fn verify(password: String, stored: Option<String>) -> anyhow::Result<bool> {
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        Argon2::default()
            .hash_password(b"nobody has this password")
            .map(|h| h.to_string())
            .unwrap_or_default()
    });
    let _slot = SLOTS.acquire().await?;
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.clone());
        let Ok(parsed) = PasswordHash::new(&stored) else { return Ok(false) };
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await?
}
