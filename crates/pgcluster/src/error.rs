use std::path::PathBuf;

/// Why the cluster does not run.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL on this machine.
    #[error(
        "PostgreSQL is not installed: install it (on Debian and Ubuntu `apt-get install postgresql`), set PG_BIN to \
         the folder of its binaries, or give --database-url"
    )]
    NotInstalled,
    /// An older one than is needed.
    #[error("{0} is older than PostgreSQL 15: install a later one, or give --database-url")]
    TooOld(String),
    /// Root needs an unprivileged user to run it as.
    #[error(
        "started as root, PostgreSQL needs a user to run as, and there is neither `postgres` nor `nobody`"
    )]
    NoAccount,
    /// The unprivileged user cannot reach the directory.
    #[error(
        "{0} cannot be entered by the user PostgreSQL runs as: `chmod o+x` it, or choose another --data-dir"
    )]
    NotTraversable(PathBuf),
    /// The place of the socket is taken by something another user made.
    #[error("{0} is another user's, or no folder: remove it, or choose another --data-dir")]
    NotOurs(PathBuf),
    /// A command of PostgreSQL failed.
    #[error("{command} failed: {output}")]
    Command {
        /// The command.
        command: String,
        /// What it printed, the last lines.
        output: String,
    },
    /// It started and did not become ready.
    #[error("PostgreSQL did not become ready within {seconds} s; its log is {log}")]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// Where it says why.
        log: PathBuf,
    },
    /// It ended at once.
    #[error("PostgreSQL ended at once ({status}); its log is {log}")]
    Ended {
        /// The exit status.
        status: String,
        /// Where it says why.
        log: PathBuf,
    },
    /// A file or directory.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What.
        source: std::io::Error,
    },
}

impl ClusterError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> ClusterError {
        let path = path.into();
        move |source| ClusterError::Io { path, source }
    }
}
