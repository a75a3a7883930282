//! A real cluster: made, killed, adopted, stopped.

use std::os::unix::fs::PermissionsExt;

use pgcluster::{Cluster, Options};

#[tokio::test]
async fn a_cluster_survives_a_kill_and_is_adopted_by_the_next_server() {
    let dir = tempfile::tempdir().unwrap();
    // A temporary folder is closed to others, and the cluster may run as another user.
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let options = Options { data_dir: dir.path().join("pg"), durable: false };
    let mut cluster = Cluster::start(options.clone()).await.unwrap();
    assert!(!cluster.crashed());
    cluster.kill().await.unwrap();
    assert!(cluster.crashed());
    cluster.restart().await.unwrap();
    drop(cluster);

    let mut adopted = Cluster::start(options).await.unwrap();
    assert!(!adopted.crashed());
    adopted.stop().await.unwrap();
    assert!(!dir.path().join("pg/postmaster.pid").exists());
}
