//! The rows of the log as streams: a file of JSON and dnstap, while storage is there and while it is not.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Outer, Scrape, Site, folder, lab, until, volley};

const PATIENCE: Duration = Duration::from_secs(40);

fn settings(streams: &str) -> String {
    format!("dns = [\"127.0.0.1:0\"]\n[health]\nallow = [\"127.0.0.0/8\"]\n{streams}")
}

fn sent(site: &Site, stream: &str) -> u64 {
    Scrape::of(&site.http).sum("steelyard_log_stream_rows_total", &[("stream", stream), ("outcome", "sent")])
        as u64
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Takes one stream of frames, says yes to everything, and gives how many came.
fn receive(listener: &UnixListener) -> usize {
    let (mut connection, _) = listener.accept().expect("a connection");
    let (mut frames, mut control) = (0, None);
    loop {
        let mut length = [0; 4];
        connection.read_exact(&mut length).expect("a length");
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 && control.is_none() {
            control = Some(());
            continue;
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body).expect("a frame");
        if control.take().is_none() {
            frames += 1;
            continue;
        }
        let answer = match body[3] {
            4 => [&[0, 0, 0, 0], &(length as u32).to_be_bytes()[..], &[0, 0, 0, 1], &body[4..]].concat(),
            3 => [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5].to_vec(),
            _ => continue,
        };
        connection.write_all(&answer).expect("writing the answer");
        if body[3] == 3 {
            return frames;
        }
    }
}

#[test]
fn every_row_reaches_the_file_and_the_dnstap_receiver_with_storage_away_as_well() {
    let place = folder();
    let (file, socket) = (place.path().join("queries.ndjson"), place.path().join("tap.sock"));
    let listener = UnixListener::bind(&socket).expect("a socket");
    let receiver = std::thread::spawn(move || receive(&listener));
    let both = format!(
        "[[log.stream]]\nname = \"lake\"\nfile = {file:?}\n[[log.stream]]\nname = \"tap\"\ndnstap = \"unix:{}\"\n",
        socket.display()
    );
    let mut outer = Outer::start();
    let mut site = Site::with_settings_at(outer.url(), &settings(&both));
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50);
    site.split_of(100);
    outer.kill();
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50);
    until("all rows", PATIENCE, || (sent(&site, "lake") == 200 && sent(&site, "tap") == 200).then_some(()));
    let rows = lines(&file);
    assert_eq!(rows.len(), 200);
    let of = |key: &str| rows.iter().map(|row| row[key].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(of("fqdn"), BTreeSet::from([format!("\"{}\"", lab::SERVICE)]));
    assert_eq!(of("transport"), BTreeSet::from(["\"tcp\"".to_owned(), "\"udp\"".to_owned()]));

    // Put aside by whoever rotates it, opened again, and then left out of the settings: the other goes on.
    fs::rename(&file, place.path().join("aside")).expect("renaming");
    site.reload(&settings(&both));
    volley(site.dns(), lab::SERVICE, &[Udp], 10);
    until("the new file", PATIENCE, || (lines(&file).len() == 10).then_some(()));
    let tap = both.split_once("[[log.stream]]\nname = \"tap\"").expect("two streams").1;
    let said = site.reload(&settings(&format!("[[log.stream]]\nname = \"tap\"{tap}")));
    assert!(said.contains("log.stream"), "{said}");
    volley(site.dns(), lab::SERVICE, &[Udp], 10);
    until("the other stream", PATIENCE, || (sent(&site, "tap") == 220).then_some(()));
    assert_eq!(lines(&file).len(), 10);
    let wrong = site.reload(&settings("[[log.stream]]\nname = \"tap\"\n"));
    assert!(wrong.contains("give one of dnstap, file and syslog"), "{wrong}");
    outer.start_again();
    assert!(site.stop().success(), "{}", site.said());
    assert_eq!(receiver.join().expect("the receiver"), 220);
}
