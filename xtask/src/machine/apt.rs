//! Packages on Debian and its relatives.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Keeps PostgreSQL's package from making and starting a cluster that nobody asked for; ours is private.
const NO_MAIN_CLUSTER: &str = "\
f=/etc/postgresql-common/createcluster.conf
test -e $f || { mkdir -p ${f%/*} && echo 'create_main_cluster = false' > $f; }";

/// Keep Knot's package from starting a name server on port 53 that nobody asked for, now and at the next boot.
const NO_KNOT_NOW: &str = "command -v systemctl > /dev/null && systemctl mask --quiet --runtime knot || true";
const NO_KNOT_LATER: &str = "\
command -v systemctl > /dev/null && systemctl unmask --quiet --runtime knot && systemctl disable --quiet knot || true";

/// Installs them, as root or with a sudo that asks for no password.
pub fn install(packages: &[&'static str]) -> Result<()> {
    let mut packages = packages.to_vec();
    packages.sort_unstable();
    packages.dedup();
    let remedy = format!("apt-get update && apt-get install {}", packages.join(" "));
    let Some(rise) = rise() else {
        bail!("packages are missing, and this is neither root nor a user with sudo; as root: {remedy}");
    };
    println!("installing with apt-get: {}", packages.join(" "));
    if packages.contains(&"postgresql") {
        process::run(as_root(rise).args(["sh", "-c", NO_MAIN_CLUSTER]))?;
    }
    if packages.contains(&"knot") {
        process::run(as_root(rise).args(["sh", "-c", NO_KNOT_NOW]))?;
    }
    let update = process::run(as_root(rise).args(["apt-get", "update", "-q"]));
    // The list may be good enough without the one source that failed.
    if let Err(error) = update {
        eprintln!("warning: {error:#}; going on with the package lists as they are");
    }
    let mut install = as_root(rise);
    // Another apt, such as the unattended upgrades of a fresh machine, is waited for, in seconds.
    install.args(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]);
    install.args(["install", "-y", "--no-install-recommends"]).args(&packages);
    process::run(&mut install).with_context(|| format!("try it by hand, as root: {remedy}"))?;
    if packages.contains(&"knot") {
        process::run(as_root(rise).args(["sh", "-c", NO_KNOT_LATER]))?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Rise {
    Root,
    Sudo,
}

fn rise() -> Option<Rise> {
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        return Some(Rise::Root);
    }
    process::output(Command::new("sudo").args(["-n", "true"])).map(|_| Rise::Sudo)
}

/// `env` carries the variables, because sudo drops them.
fn as_root(rise: Rise) -> Command {
    let mut command = match rise {
        Rise::Root => Command::new("env"),
        Rise::Sudo => {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "env"]);
            sudo
        }
    };
    // The second keeps a changed settings file without a question.
    command.args(["DEBIAN_FRONTEND=noninteractive", "UCF_FORCE_CONFFOLD=1"]);
    command
}
