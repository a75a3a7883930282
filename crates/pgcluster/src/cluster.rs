//! The cluster itself: made, started, adopted, stopped.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::account::{self, Account};
use crate::binaries;
use crate::error::ClusterError;
use crate::folders;
use crate::place::{self, NAME, PORT};

/// How long a start may take; recovery after a crash replays at most `max_wal_size` of log.
const READY_SECONDS: u64 = 120;

/// How a cluster is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where its data lives; made when it is not there. Absolute.
    pub data_dir: PathBuf,
    /// Whether it survives a power cut; tests do without.
    pub durable: bool,
}

/// A running cluster. Dropping it leaves it running, for the next server to adopt.
#[derive(Debug)]
pub struct Cluster {
    options: Options,
    binaries: PathBuf,
    account: Option<Account>,
    child: Option<Child>,
    /// Length of the log when the child was started: what is past it is the child's.
    logged: u64,
}

impl Cluster {
    /// Makes the cluster if needed, starts it if it does not run, and waits until it takes connections.
    pub async fn start(options: Options) -> Result<Cluster, ClusterError> {
        let binaries = binaries::folder()?;
        let account = account::unprivileged()?;
        let mut cluster = Cluster { options, binaries, account, child: None, logged: 0 };
        folders::make(&cluster.options.data_dir, account)?;
        if !cluster.options.data_dir.join("PG_VERSION").is_file() {
            cluster.initdb().await?;
        }
        cluster.restart().await?;
        cluster.create_database().await?;
        Ok(cluster)
    }

    /// The URL it is reached at.
    pub fn url(&self) -> String {
        place::url(&self.options.data_dir)
    }

    /// The directory of its data.
    pub fn data_dir(&self) -> &Path {
        &self.options.data_dir
    }

    /// Stops it as an administrator would: connections end, everything is on disk.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        if self.postmaster().is_some() {
            let mut command = self.command("pg_ctl");
            command.args(["stop", "-m", "fast", "-w", "-t", "60", "-D"]).arg(&self.options.data_dir);
            run(command, "pg_ctl").await?;
        }
        self.reap().await;
        Ok(())
    }

    /// Stops it the way a failure would: at once, with nothing written.
    pub async fn kill(&mut self) -> Result<(), ClusterError> {
        if let Some(pid) = self.postmaster() {
            let mut command = self.command("pg_ctl");
            command.args(["kill", "KILL", &pid.to_string()]);
            run(command, "pg_ctl").await?;
        }
        self.reap().await;
        Ok(())
    }

    /// Starts it if it does not run, as after [`Cluster::kill`], and waits until it takes connections.
    pub async fn restart(&mut self) -> Result<(), ClusterError> {
        let until = Instant::now() + Duration::from_secs(READY_SECONDS);
        while Instant::now() < until {
            if let Some(child) = &mut self.child
                && let Ok(Some(status)) = child.try_wait()
            {
                self.child = None;
                if !self.waits_for_predecessor() {
                    let log = place::log(&self.options.data_dir);
                    return Err(ClusterError::Ended { status: status.to_string(), log });
                }
            } else if self.child.is_none() && self.postmaster().is_none() {
                // Also when the one that was adopted turns out to have been on its way down.
                self.spawn()?;
            } else if self.is_ready().await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Err(ClusterError::NotReady { seconds: READY_SECONDS, log: place::log(&self.options.data_dir) })
    }

    /// Whether the postmaster is gone without having been stopped: it takes its pid file away when it is stopped.
    pub fn crashed(&mut self) -> bool {
        if !self.options.data_dir.join("postmaster.pid").is_file() || self.postmaster().is_some() {
            return false;
        }
        // A dead child keeps its process id until it is waited for, and no postmaster starts while its predecessor's
        // id, which stands in the pid file, is taken.
        if let Some(child) = &mut self.child
            && matches!(child.try_wait(), Ok(None))
        {
            return false;
        }
        self.child = None;
        true
    }

    async fn reap(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.wait().await;
        }
    }

    /// Makes the files of a new cluster. A try that broke off left files behind without the last one initdb writes
    /// being trustworthy: they are in a folder of their own until it is done.
    async fn initdb(&self) -> Result<(), ClusterError> {
        let data = &self.options.data_dir;
        let fresh = data.join("new");
        let _ = fs::remove_dir_all(&fresh);
        let mut command = self.command("initdb");
        command.arg("-D").arg(&fresh).args(["-U", NAME, "-E", "UTF8", "--locale=C"]);
        command.args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"]);
        if !self.options.durable {
            command.arg("--no-sync");
        }
        run(command, "initdb").await?;
        for entry in fs::read_dir(&fresh).map_err(ClusterError::io(&fresh))? {
            let entry = entry.map_err(ClusterError::io(&fresh))?;
            if entry.file_name() != "PG_VERSION" {
                let to = data.join(entry.file_name());
                fs::rename(entry.path(), &to).map_err(ClusterError::io(&to))?;
            }
        }
        // Last, since its presence says that the rest is there.
        let version = data.join("PG_VERSION");
        fs::rename(fresh.join("PG_VERSION"), &version).map_err(ClusterError::io(&version))?;
        fs::remove_dir(&fresh).map_err(ClusterError::io(&fresh))
    }

    fn spawn(&mut self) -> Result<(), ClusterError> {
        let data = &self.options.data_dir;
        let log = place::log(data);
        let open = || {
            OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(&log)
                .map_err(ClusterError::io(&log))
        };
        let mut command = self.command("postgres");
        command.arg("-D").arg(data).arg("-k").arg(place::socket_dir(data));
        command.args(["-p", &PORT.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        if !self.options.durable {
            command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
        }
        command.stdin(Stdio::null()).stdout(open()?).stderr(open()?);
        self.logged = fs::metadata(&log).map_or(0, |m| m.len());
        let program = self.binaries.join("postgres");
        self.child = Some(command.spawn().map_err(ClusterError::io(program))?);
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let mut command = self.command("pg_isready");
        command.arg("-q").arg("-h").arg(place::socket_dir(&self.options.data_dir)).args(["-U", NAME]);
        command.status().await.is_ok_and(|s| s.success())
    }

    /// Whether the child ended because processes of a killed postmaster still held its shared memory; they end by
    /// themselves when they notice.
    fn waits_for_predecessor(&self) -> bool {
        let log = fs::read(place::log(&self.options.data_dir)).unwrap_or_default();
        let own = log.get(self.logged as usize..).unwrap_or_default();
        String::from_utf8_lossy(own).contains("is still in use")
    }

    async fn create_database(&self) -> Result<(), ClusterError> {
        let mut command = self.command("createdb");
        command.arg("-h").arg(place::socket_dir(&self.options.data_dir)).args(["-U", NAME, NAME]);
        match run(command, "createdb").await {
            Err(ClusterError::Command { output, .. }) if output.contains("already exists") => Ok(()),
            other => other,
        }
    }

    /// A command of PostgreSQL's, run as the unprivileged user, outside the terminal's process group.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        // PGHOST, PGPORT, PGOPTIONS and the like are about somebody else's cluster.
        for (variable, _) in std::env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(variable);
            }
        }
        command.env("LC_ALL", "C").current_dir("/").process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Process id of a living postmaster of this data directory.
    fn postmaster(&self) -> Option<u32> {
        postmaster(&self.options.data_dir)
    }
}

fn postmaster(data_dir: &Path) -> Option<u32> {
    let text = fs::read_to_string(data_dir.join("postmaster.pid")).ok()?;
    let pid: u32 = text.lines().next()?.trim().parse().ok()?;
    // The number may be another process's by now; a postmaster works in its data directory. A zombie has no folder.
    let works_in = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    let data_dir = fs::canonicalize(data_dir).ok()?;
    (works_in == data_dir).then_some(pid)
}

/// For a log that is written all day and read now and then, on a machine that also answers DNS.
const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "max_connections=40",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "wal_compression=on",
    "checkpoint_timeout=15min",
    "autovacuum_max_workers=2",
    "log_min_messages=warning",
    "unix_socket_permissions=0700",
];

async fn run(mut command: Command, name: &str) -> Result<(), ClusterError> {
    let output = command.stdin(Stdio::null()).output().await.map_err(ClusterError::io(name))?;
    if output.status.success() {
        return Ok(());
    }
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.trim().lines().collect();
    let last = lines[lines.len().saturating_sub(4)..].join(" ");
    Err(ClusterError::Command { command: name.to_owned(), output: last })
}
