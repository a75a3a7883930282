//! Decides who a request comes from: a session cookie, an API token, or the local token of the data directory's owner.
//!
//! What storage said is remembered for a while, so that the console stays open to those inside while storage is away.

use std::collections::HashMap;
use std::sync::Mutex;

use store::{Store, StoreError};

use super::{Actor, Role, secret};

/// How long an answer of storage is believed without asking again, microseconds: a revoked token or a role that was
/// taken away by another process works no longer than this.
const BELIEVED_US: i64 = 15_000_000;
/// A session ends after so long without a request, microseconds.
pub const IDLE_US: i64 = 12 * 3600 * 1_000_000;
/// A session ends so long after sign-in, microseconds.
pub const ABSOLUTE_US: i64 = 7 * 86_400 * 1_000_000;
/// Entries remembered at most.
const KEPT: usize = 4096;

#[derive(Clone, Debug)]
struct Known {
    name: String,
    role: Role,
    expires: i64,
    checked: i64,
}

/// The gate.
#[derive(Debug)]
pub struct Gate {
    local_token: [u8; 32],
    sessions: Mutex<HashMap<[u8; 32], Known>>,
    tokens: Mutex<HashMap<[u8; 32], Known>>,
}

impl Gate {
    /// A gate that also lets in the bearer of `local_token`, as admin.
    pub fn new(local_token: &str) -> Gate {
        Gate { local_token: secret::hash(local_token), sessions: Mutex::default(), tokens: Mutex::default() }
    }

    /// Who the bearer of an API token is. `cli` requests say so themselves; it is only a note in the history.
    pub async fn token(
        &self,
        store: &Store,
        token: &str,
        source: &'static str,
        now: i64,
    ) -> Result<Option<Actor>, StoreError> {
        let hash = secret::hash(token);
        // Comparing hashes leaks nothing useful by its timing.
        if hash == self.local_token {
            return Ok(Some(Actor { name: "local".to_owned(), role: Role::Admin, source, session: None }));
        }
        let find = async {
            let found = store.find_token(&hash, now).await?;
            Ok(found.map(|t| (format!("token {}", t.name), Role::of(&t.role), t.expires)))
        };
        let known = lookup(&self.tokens, hash, now, find).await?;
        Ok(known.map(|k| Actor { name: k.name, role: k.role, source, session: None }))
    }

    /// Who a session cookie belongs to.
    pub async fn session(&self, store: &Store, cookie: &str, now: i64) -> Result<Option<Actor>, StoreError> {
        let hash = secret::hash(cookie);
        let find = async {
            let found = store.touch_session(&hash, now, IDLE_US).await?;
            Ok(found.map(|s| (s.user, Role::of(&s.role), s.expires)))
        };
        let known = lookup(&self.sessions, hash, now, find).await?;
        Ok(known.map(|k| Actor { name: k.name, role: k.role, source: "console", session: Some(hash) }))
    }

    /// Forgets everything remembered, after a change of users, sessions or tokens.
    pub fn forget(&self) {
        self.sessions.lock().unwrap_or_else(|e| e.into_inner()).clear();
        self.tokens.lock().unwrap_or_else(|e| e.into_inner()).clear();
    }
}

async fn lookup(
    cache: &Mutex<HashMap<[u8; 32], Known>>,
    hash: [u8; 32],
    now: i64,
    find: impl Future<Output = Result<Option<(String, Role, i64)>, StoreError>>,
) -> Result<Option<Known>, StoreError> {
    let remembered = cache.lock().unwrap_or_else(|e| e.into_inner()).get(&hash).cloned();
    let remembered = remembered.filter(|k| k.expires > now);
    if let Some(known) = &remembered
        && now - known.checked < BELIEVED_US
    {
        return Ok(remembered);
    }
    match find.await {
        Ok(Some((name, role, expires))) => {
            let known = Known { name, role, expires, checked: now };
            let mut cache = cache.lock().unwrap_or_else(|e| e.into_inner());
            if cache.len() >= KEPT {
                cache.clear();
            }
            cache.insert(hash, known.clone());
            Ok(Some(known))
        }
        Ok(None) => {
            cache.lock().unwrap_or_else(|e| e.into_inner()).remove(&hash);
            Ok(None)
        }
        Err(error) if error.is_away() && remembered.is_some() => Ok(remembered),
        Err(error) => Err(error),
    }
}
