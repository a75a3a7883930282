//! Where a cluster's socket is, known before the cluster runs.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// User and database.
pub const NAME: &str = "steelyard";
/// Longest path of a Unix socket on Linux, octets (sun_path of 108 with its end).
const MAX_SOCKET_PATH: usize = 107;
/// The port, which on a socket is only a part of its name; fixed, whatever PGPORT says.
pub const PORT: u16 = 5432;
const SOCKET: &str = ".s.PGSQL.5432";

/// The folder of the socket: beside the data, or under /tmp when that path would be too long for a socket.
pub fn socket_dir(data_dir: &Path) -> PathBuf {
    let mut beside = data_dir.as_os_str().to_owned();
    beside.push(".run");
    let beside = PathBuf::from(beside);
    if beside.join(SOCKET).as_os_str().len() <= MAX_SOCKET_PATH {
        return beside;
    }
    let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    PathBuf::from(format!("/tmp/steelyard-{name}"))
}

/// Where the cluster logs.
pub fn log(data_dir: &Path) -> PathBuf {
    let mut log = data_dir.as_os_str().to_owned();
    log.push(".log");
    PathBuf::from(log)
}

/// The URL the cluster of `data_dir` is reached at. It holds no secret.
pub fn url(data_dir: &Path) -> String {
    let dir = socket_dir(data_dir);
    let host: String = dir
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => (*b as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("postgres://{NAME}@localhost:{PORT}/{NAME}?host={host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_a_short_socket() {
        let short = socket_dir(Path::new("/srv/steelyard/postgres"));
        assert_eq!(short, Path::new("/srv/steelyard/postgres.run"));
        let long = socket_dir(&Path::new("/srv").join("x".repeat(120)));
        assert!(long.join(SOCKET).as_os_str().len() <= MAX_SOCKET_PATH);
        assert!(url(Path::new("/a b/pg")).ends_with("host=/a%20b/pg.run"));
    }
}
