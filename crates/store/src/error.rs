use sqlx::postgres::PgDatabaseError;

/// Why storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not there, or went away in the middle: nobody knows whether the last call was done.
    #[error("PostgreSQL is away: {0}")]
    Away(String),
    /// It is there and refused.
    #[error("PostgreSQL refused: {message} ({code})")]
    Refused {
        /// SQLSTATE.
        code: String,
        /// Its words.
        message: String,
    },
    /// What it holds cannot be read as what it should be.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
    /// The migrations do not fit the database.
    #[error("the database cannot be brought up to date: {0}")]
    Migration(String),
}

impl StoreError {
    /// Whether waiting and trying again is all there is to do.
    pub fn is_away(&self) -> bool {
        matches!(self, StoreError::Away(_))
    }

    /// Whether a statement took longer than it may.
    pub fn is_timeout(&self) -> bool {
        matches!(self, StoreError::Refused { code, .. } if code == "57014")
    }

    /// Whether a regular expression was refused.
    pub fn is_bad_pattern(&self) -> bool {
        matches!(self, StoreError::Refused { code, .. } if code == "2201B")
    }

    /// Whether there is such a thing already.
    pub fn is_taken(&self) -> bool {
        matches!(self, StoreError::Refused { code, .. } if code == "23505")
    }

    pub(crate) fn unreadable(error: impl std::fmt::Display) -> StoreError {
        StoreError::Unreadable(error.to_string())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.try_downcast_ref::<PgDatabaseError>().map(|e| e.code()).unwrap_or_default();
                let (code, message) = (code.to_owned(), error.message().to_owned());
                // Class 08: connection; 57P: shutdown; 53: out of connections, disk or memory; 25006: read-only.
                let away = ["08", "57P", "53", "25006", "58"].iter().any(|class| code.starts_with(class));
                if away { StoreError::Away(message) } else { StoreError::Refused { code, message } }
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                StoreError::Unreadable(error.to_string())
            }
            sqlx::Error::PoolTimedOut => StoreError::Away("no connection became free in time".to_owned()),
            other => StoreError::Away(other.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
            other => StoreError::Migration(other.to_string()),
        }
    }
}
