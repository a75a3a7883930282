//! Users, sessions, tokens and the audit trail. Secrets come here as hashes only.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// A user.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Name to sign in with.
    pub name: String,
    /// Argon2id, in PHC form; none when the user cannot sign in by password.
    pub password_hash: Option<String>,
    /// `viewer`, `operator` or `admin`.
    pub role: String,
}

/// Who a session belongs to.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: String,
    /// The user's role now.
    pub role: String,
    /// When the session ends at the latest, microseconds since 1970 UTC.
    pub expires: i64,
}

/// A session as its user sees it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its number.
    pub id: i64,
    /// Hash of its secret.
    pub hash: [u8; 32],
    /// Sign-in, microseconds since 1970 UTC.
    pub created: i64,
    /// Last request, microseconds since 1970 UTC.
    pub last_seen: i64,
    /// From which address.
    pub address: String,
    /// With which browser, as it says itself.
    pub agent: String,
}

/// An API token, without its secret.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: String,
    /// End of validity, microseconds since 1970 UTC.
    pub expires: i64,
    /// Whether it was revoked.
    pub revoked: bool,
}

fn user(row: &PgRow) -> Result<UserRow> {
    Ok(UserRow {
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        role: row.try_get("role")?,
    })
}

fn token(row: &PgRow) -> Result<TokenRow> {
    Ok(TokenRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        expires: row.try_get("expires")?,
        revoked: row.try_get("revoked")?,
    })
}

impl Store {
    /// How many users there are.
    pub async fn count_users(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&self.config).await?)
    }

    /// All users.
    pub async fn users(&self) -> Result<Vec<UserRow>> {
        let rows = sqlx::query("SELECT name, password_hash, role FROM users ORDER BY name");
        rows.fetch_all(&self.config).await?.iter().map(user).collect()
    }

    /// The user of a name.
    pub async fn find_user(&self, name: &str) -> Result<Option<UserRow>> {
        // PostgreSQL takes no NUL in text; no user has one.
        if name.contains('\0') {
            return Ok(None);
        }
        let query = sqlx::query("SELECT name, password_hash, role FROM users WHERE name = $1").bind(name);
        query.fetch_optional(&self.config).await?.as_ref().map(user).transpose()
    }

    /// Adds a user; false when the name is taken.
    pub async fn create_user(&self, name: &str, hash: Option<&str>, role: &str, now: i64) -> Result<bool> {
        let sql = "INSERT INTO users (name, password_hash, role, created) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT DO NOTHING";
        let query = sqlx::query(sql).bind(name).bind(hash).bind(role).bind(now);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }

    /// Sets a password and ends every session of the user.
    pub async fn set_password(&self, name: &str, hash: &str) -> Result<()> {
        let mut tx = self.config.begin().await?;
        let update = sqlx::query("UPDATE users SET password_hash = $2 WHERE name = $1").bind(name).bind(hash);
        update.execute(&mut *tx).await?;
        sqlx::query("DELETE FROM sessions WHERE user_name = $1").bind(name).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// Makes the one valid first sign-in code; an earlier one is worth nothing any more.
    pub async fn create_sign_in_code(&self, hash: &[u8; 32], user: &str, expires: i64) -> Result<()> {
        let mut tx = self.config.begin().await?;
        sqlx::query("DELETE FROM sign_in_codes").execute(&mut *tx).await?;
        let sql = "INSERT INTO sign_in_codes (code_hash, user_name, expires) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(hash.as_slice()).bind(user).bind(expires).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// Uses a code up: the user it was made for, or none when it is not valid.
    pub async fn take_sign_in_code(&self, hash: &[u8; 32], now: i64) -> Result<Option<String>> {
        let sql = "DELETE FROM sign_in_codes WHERE code_hash = $1 AND expires > $2 RETURNING user_name";
        let query = sqlx::query_scalar(sql).bind(hash.as_slice()).bind(now);
        Ok(query.fetch_optional(&self.config).await?)
    }

    /// Starts a session.
    pub async fn create_session(
        &self,
        hash: &[u8; 32],
        user: &str,
        now: i64,
        expires: i64,
        address: &str,
        agent: &str,
    ) -> Result<()> {
        let sql = "INSERT INTO sessions (token_hash, user_name, created, last_seen, expires, address, agent) \
                   VALUES ($1, $2, $3, $3, $4, $5, $6)";
        let query = sqlx::query(sql).bind(hash.as_slice()).bind(user).bind(now).bind(expires).bind(address);
        query.bind(agent.replace('\0', "")).execute(&self.config).await?;
        Ok(())
    }

    /// Whose session this is, if it is valid and was used within `idle` microseconds; notes the use.
    pub async fn touch_session(&self, hash: &[u8; 32], now: i64, idle: i64) -> Result<Option<SignedIn>> {
        let sql = "UPDATE sessions s SET last_seen = $2 FROM users u \
                   WHERE s.token_hash = $1 AND s.expires > $2 AND s.last_seen > $2 - $3 AND u.name = s.user_name \
                   RETURNING u.name, u.role, s.expires";
        let query = sqlx::query(sql).bind(hash.as_slice()).bind(now).bind(idle);
        let Some(row) = query.fetch_optional(&self.config).await? else { return Ok(None) };
        Ok(Some(SignedIn {
            user: row.try_get("name")?,
            role: row.try_get("role")?,
            expires: row.try_get("expires")?,
        }))
    }

    /// Ends a session.
    pub async fn delete_session(&self, hash: &[u8; 32]) -> Result<()> {
        let query = sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(hash.as_slice());
        query.execute(&self.config).await?;
        Ok(())
    }

    /// Ends a session of a user by its number.
    pub async fn delete_session_of(&self, user: &str, id: i64) -> Result<()> {
        let query = sqlx::query("DELETE FROM sessions WHERE user_name = $1 AND id = $2").bind(user).bind(id);
        query.execute(&self.config).await?;
        Ok(())
    }

    /// Sessions of a user, the last used first.
    pub async fn sessions_of(&self, user: &str) -> Result<Vec<SessionRow>> {
        let sql = "SELECT id, token_hash, created, last_seen, address, agent FROM sessions \
                   WHERE user_name = $1 ORDER BY last_seen DESC LIMIT 100";
        let rows = sqlx::query(sql).bind(user).fetch_all(&self.config).await?;
        let session = |row: &PgRow| {
            let hash: Vec<u8> = row.try_get("token_hash")?;
            Ok(SessionRow {
                id: row.try_get("id")?,
                hash: hash.try_into().map_err(|_| StoreError::unreadable("a session's hash"))?,
                created: row.try_get("created")?,
                last_seen: row.try_get("last_seen")?,
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
            })
        };
        rows.iter().map(session).collect()
    }

    /// Makes a token and gives its number.
    pub async fn create_token(
        &self,
        name: &str,
        hash: &[u8; 32],
        role: &str,
        by: &str,
        now: i64,
        expires: i64,
    ) -> Result<i64> {
        let sql = "INSERT INTO api_tokens (name, token_hash, role, created_by, created, expires) \
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let query = sqlx::query_scalar(sql).bind(name.replace('\0', "")).bind(hash.as_slice()).bind(role);
        Ok(query.bind(by).bind(now).bind(expires).fetch_one(&self.config).await?)
    }

    /// The valid token with this hash.
    pub async fn find_token(&self, hash: &[u8; 32], now: i64) -> Result<Option<TokenRow>> {
        let sql = "SELECT id, name, role, expires, revoked FROM api_tokens \
                   WHERE token_hash = $1 AND expires > $2 AND NOT revoked";
        let query = sqlx::query(sql).bind(hash.as_slice()).bind(now);
        query.fetch_optional(&self.config).await?.as_ref().map(token).transpose()
    }

    /// All tokens, newest first.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>> {
        let query = sqlx::query("SELECT id, name, role, expires, revoked FROM api_tokens ORDER BY id DESC");
        query.fetch_all(&self.config).await?.iter().map(token).collect()
    }

    /// Makes a token worthless; false when there is none of this number.
    pub async fn revoke_token(&self, id: i64) -> Result<bool> {
        let query = sqlx::query("UPDATE api_tokens SET revoked = true WHERE id = $1").bind(id);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }

    /// Notes what somebody did about access.
    pub async fn audit(
        &self,
        now: i64,
        actor: &str,
        action: &str,
        target: &str,
        address: &str,
    ) -> Result<()> {
        let sql = "INSERT INTO audit (at, actor, action, target, address) VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(sql).bind(now).bind(actor).bind(action).bind(target.replace('\0', ""));
        query.bind(address).execute(&self.config).await?;
        Ok(())
    }

    /// Removes sessions, codes and batch numbers nobody can use any more.
    pub async fn forget_expired_access(&self, now: i64) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE expires <= $1").bind(now).execute(&self.config).await?;
        sqlx::query("DELETE FROM sign_in_codes WHERE expires <= $1").bind(now).execute(&self.config).await?;
        Ok(())
    }
}
