//! A burst on a machine that is full: rows may wait for answers, and whoever asks for them gets all of them.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::harness::Transport::Udp;
use crate::harness::{Database, Site, Start, lab, run, volley};

const CLIENTS: usize = 8;
const EACH: u64 = 1500;

#[test]
fn an_export_behind_a_burst_has_every_row() {
    let variables = vec![("STEELYARD_LOG_GIVE_WAY", "30s".to_owned())];
    let site = Site::with(Start { database: Database::Private, variables });
    site.apply(&lab::unmonitored());
    let cores = thread::available_parallelism().expect("the number of cores").get();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Nobody has a core to himself.
        for _ in 0..2 * cores {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        volley(site.dns(), lab::SERVICE, &[Udp; CLIENTS], EACH);
        over.store(true, Ordering::Relaxed);
    });
    let path = site.path("burst.csv").to_string_lossy().into_owned();
    site.cli(&["logs", "export", "-o", &path]).success();
    let asked = CLIENTS as u64 * EACH;
    let text = fs::read_to_string(&path).expect("reading the export");
    // A header and a line for each.
    assert_eq!(text.lines().count() as u64, 1 + asked);
    let split = site.split_of(asked);
    assert_eq!(split["totals"]["logged"], asked, "{split}");
}

#[test]
fn the_longest_wait_of_rows_is_checked() {
    let ran = run(&["serve", "--log-give-way", "2m", "--data-dir", "/nonexistent"]);
    assert!(ran.failure().contains("log.give_way: 120 s is out of range: give 0s to 60s"), "{ran:?}");
}
