//! The live tail: rows as they are answered, and only those the filter asks for.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hickory_proto::rr::RecordType;
use serde_json::Value;

use crate::harness::{Site, Transport, lab, steelyard, until};

/// The tail as a running process, ended with the test.
struct Tail {
    child: std::process::Child,
    rows: Receiver<String>,
}

impl Tail {
    fn start(site: &Site, filter: &str) -> Tail {
        let mut command = steelyard();
        command.args(["logs", "tail", "--json", "--filter", filter, "--data-dir"]).arg(site.data_dir());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starting steelyard");
        let output = child.stdout.take().expect("its standard output is a pipe");
        let (sender, rows) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.take_while(|line| sender.send(line.clone()).is_ok()).count()
        });
        Tail { child, rows }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_tail_shows_what_the_filter_asks_for_as_it_is_answered() {
    let site = Site::with_lab();
    let tail = Tail::start(&site, "rcode = NXDOMAIN");
    let mut client = site.client(Transport::Udp);
    // Nobody says when the tail has begun to listen: it is asked until it shows something.
    let row = until("a row of the tail", Duration::from_secs(30), || {
        client.ask(lab::SERVICE, RecordType::A);
        client.ask("nowhere.avi.iberia.local", RecordType::A);
        tail.rows.try_recv().ok()
    });
    let row: Value = serde_json::from_str(&row).expect("a row is JSON");
    assert_eq!(row["fqdn"], "nowhere.avi.iberia.local", "{row}");
    assert_eq!((&row["rcode"], &row["significant"]), (&"NXDOMAIN".into(), &true.into()), "{row}");
    let others: Vec<String> = tail.rows.try_iter().filter(|row| !row.contains("NXDOMAIN")).collect();
    assert!(others.is_empty(), "{others:?}");
}
