//! CPU time of a process and all its descendants, from /proc/PID/stat (proc_pid_stat(5)).
//!
//! Of each process its own time counts and that of the children it has waited for: a child that ends moves its time
//! into its parent's account, so the sum over the living loses nothing and counts nothing twice.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::signals;

/// Length of a tick, microseconds: USER_HZ is 100 on every architecture Debian has (time(7)).
const TICK_US: u64 = 10_000;
/// A tree is quiet when it uses at most this much of one core: Steelyard's log thread looks every millisecond.
const QUIET_SHARE: f64 = 0.05;
/// How long one look at it takes.
const QUIET_WINDOW: Duration = Duration::from_secs(1);

/// What is needed of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    pid: u32,
    parent: u32,
    ticks: u64,
}

/// Reads a line of /proc/PID/stat. The second field is the program's name in brackets and may hold anything, spaces
/// and brackets included: the fields are counted from the last closing one.
fn parse_stat(line: &str) -> Option<Stat> {
    let pid = line.split(' ').next()?.parse().ok()?;
    let fields: Vec<&str> = line[line.rfind(')')? + 1..].split_ascii_whitespace().collect();
    // Field 3 of the manual is the first here: parent is field 4, utime, stime, cutime and cstime are 14 to 17.
    let parent = fields.get(1)?.parse().ok()?;
    let times: Option<Vec<u64>> = fields.get(11..15)?.iter().map(|f| f.parse().ok()).collect();
    Some(Stat { pid, parent, ticks: times?.iter().sum() })
}

/// All processes at one moment.
#[derive(Debug)]
pub struct Processes(HashMap<u32, Stat>);

impl Processes {
    /// Looks now.
    pub fn read() -> anyhow::Result<Processes> {
        let entries = fs::read_dir("/proc").context("/proc cannot be read: the benchmark needs Linux")?;
        let stats = entries.filter_map(|entry| {
            let path = entry.ok()?.path();
            path.file_name()?.to_str()?.parse::<u32>().ok()?;
            // One that ended meanwhile is in its parent's account.
            parse_stat(&fs::read_to_string(path.join("stat")).ok()?)
        });
        Ok(Processes(stats.map(|s| (s.pid, s)).collect()))
    }

    /// CPU time of `root` and its descendants, microseconds, without the tree below `except`.
    pub fn tree_us(&self, root: u32, except: Option<u32>) -> anyhow::Result<u64> {
        if !self.0.contains_key(&root) {
            bail!("process {root} is gone while it was being measured");
        }
        let inside = |stat: &&Stat| {
            let mut at = stat.pid;
            // Bounded, because the table is not of one instant and could even hold a circle.
            for _ in 0..64 {
                if Some(at) == except {
                    return false;
                }
                if at == root {
                    return true;
                }
                match self.0.get(&at) {
                    Some(stat) => at = stat.parent,
                    None => return false,
                }
            }
            false
        };
        Ok(self.0.values().filter(inside).map(|s| s.ticks).sum::<u64>() * TICK_US)
    }
}

/// Waits until the trees of `roots` have little left to do; gives up after `limit` and says so.
pub fn wait_until_quiet(roots: &[u32], limit: Duration) -> anyhow::Result<()> {
    let all = || {
        let now = Processes::read()?;
        roots.iter().map(|root| now.tree_us(*root, None)).sum::<anyhow::Result<u64>>()
    };
    let until = Instant::now() + limit;
    let allowed = (QUIET_WINDOW.as_micros() as f64 * QUIET_SHARE) as u64;
    let mut before = all()?;
    while Instant::now() < until {
        signals::check()?;
        std::thread::sleep(QUIET_WINDOW);
        let now = all()?;
        if now.saturating_sub(before) <= allowed {
            return Ok(());
        }
        before = now;
    }
    eprintln!("bench: still busy after {} s: its CPU time so far is what is shown", limit.as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "S 7 10 10 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 99 1000 50 18446744073709551615";

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        for name in ["steelyard", "postgres: log writer", "a) S 1 (b"] {
            let stat = parse_stat(&format!("4711 ({name}) {REST}"));
            assert_eq!(stat, Some(Stat { pid: 4711, parent: 7, ticks: 127 }), "{name}");
        }
        assert_eq!(parse_stat("4711 (short) S 7"), None);
    }

    #[test]
    fn a_tree_is_the_process_with_all_below_it() {
        let stat = |(pid, parent, ticks)| (pid, Stat { pid, parent, ticks });
        let table = [(1, 0, 1000), (10, 1, 1), (11, 10, 2), (12, 11, 4), (20, 10, 8), (30, 1, 16)];
        let processes = Processes(table.into_iter().map(stat).collect());
        assert_eq!(processes.tree_us(10, None).unwrap(), 15 * TICK_US);
        assert_eq!(processes.tree_us(10, Some(11)).unwrap(), 9 * TICK_US);
        assert!(processes.tree_us(99, None).is_err());
    }

    #[test]
    fn this_process_has_used_some_time() {
        let mut sum = 0u64;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(60) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(Processes::read().unwrap().tree_us(std::process::id(), None).unwrap() >= TICK_US);
    }
}
