//! A real cluster: made, killed, adopted, stopped.

use std::os::unix::fs::PermissionsExt;

use pgcluster::{Cluster, ClusterError, Options};

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    // A temporary folder is closed to others, and the cluster may run as another user.
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

#[tokio::test]
async fn a_cluster_survives_a_kill_and_is_adopted_by_the_next_server() {
    let dir = folder();
    let options = Options { data_dir: dir.path().join("pg"), durable: false };
    let mut cluster = Cluster::start(options.clone()).await.unwrap();
    assert!(!cluster.crashed());
    for _ in 0..3 {
        cluster.kill().await.unwrap();
        assert!(cluster.crashed());
        cluster.restart().await.unwrap();
        assert!(!cluster.crashed());
    }
    drop(cluster);

    let mut adopted = Cluster::start(options).await.unwrap();
    assert!(!adopted.crashed());
    adopted.stop().await.unwrap();
    assert!(!dir.path().join("pg/postmaster.pid").exists());
}

#[tokio::test]
async fn a_postmaster_that_died_by_itself_is_replaced_while_its_parent_still_holds_it() {
    let dir = folder();
    let options = Options { data_dir: dir.path().join("pg"), durable: false };
    let mut held = Cluster::start(options.clone()).await.unwrap();
    let pid_file = std::fs::read_to_string(dir.path().join("pg/postmaster.pid")).unwrap();
    let pid = pid_file.lines().next().unwrap();
    assert!(std::process::Command::new("sh").args(["-c", "kill -KILL $0", pid]).status().unwrap().success());
    while !held.crashed() {
        tokio::task::yield_now().await;
    }
    let next = Cluster::start(options).await.unwrap();
    assert!(!held.crashed());
    next.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_cannot_start_says_where_the_reason_is() {
    let dir = folder();
    let options = Options { data_dir: dir.path().join("pg"), durable: false };
    Cluster::start(options.clone()).await.unwrap().stop().await.unwrap();
    std::fs::write(dir.path().join("pg/postgresql.conf"), "no such setting\n").unwrap();
    let error = Cluster::start(options).await.unwrap_err();
    assert!(matches!(error, ClusterError::Ended { .. }), "{error}");
    assert!(std::fs::read_to_string(dir.path().join("pg.log")).unwrap().contains("syntax error"), "{error}");
}
