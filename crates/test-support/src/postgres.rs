//! A private cluster for tests. `cargo xtask test` names one for the whole run; without it, each test process has its
//! own, which a watchdog takes down when the process is gone, however it ended.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use pgcluster::{Cluster, Options};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

static SERVER: OnceCell<String> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database of this test alone.
#[derive(Debug)]
pub struct Database {
    url: String,
}

impl Database {
    /// Makes one.
    pub async fn new() -> Database {
        let server = SERVER.get_or_init(server).await;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(server).await.expect("connecting to the test cluster");
        // A run before this one, on the same cluster and with the same process id, may have left one.
        for verb in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
            let sql = AssertSqlSafe(format!("{verb} {name}"));
            sqlx::raw_sql(sql).execute(&mut connection).await.expect("making a test database");
        }
        Database { url: server.replacen("/steelyard?", &format!("/{name}?"), 1) }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

async fn server() -> String {
    let shared = std::env::var_os("STEELYARD_TEST_PG_DIR").map(PathBuf::from);
    let own = std::env::temp_dir().join(format!("steelyard-test-{}", std::process::id()));
    let folder = shared.clone().unwrap_or_else(|| own.clone());
    fs::create_dir_all(&folder).expect("making a folder for the test cluster");
    // The cluster may run as another user, which has to pass through.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).expect("opening the folder");
    let lock = File::create(folder.join("lock")).expect("making a lock file");
    lock.lock().expect("waiting for the lock");
    let options = Options { data_dir: folder.join("pg"), durable: false };
    if shared.is_none() {
        watch(&options.data_dir, &own);
    }
    let cluster = Cluster::start(options).await.expect("starting the test cluster");
    cluster.url()
}

/// Leaves a shell behind that waits for this process to end, stops the cluster and removes its folder.
#[expect(clippy::zombie_processes, reason = "it waits for this process to end, not the other way round")]
fn watch(data_dir: &Path, folder: &Path) {
    let script = r#"while kill -0 "$1" 2>/dev/null; do sleep 0.5; done
        [ -f "$2/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$2/postmaster.pid")"
        sleep 1; rm -rf "$3""#;
    let spawned = Command::new("sh")
        .args(["-c", script, "sh", &std::process::id().to_string()])
        .arg(data_dir)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    spawned.expect("starting the watchdog of the test cluster");
}
