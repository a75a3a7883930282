//! The proof of the product: thousands of queries, exactly by weight, and every report says the same numbers.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Ran, Site, Tally, folder, lab, run, until, volley};
use crate::steering::kdig;

/// The weights of the lab, as `split --csv` takes them.
const WEIGHTS: &str = "10.10.25.46=6,10.10.26.40=3,10.10.23.40=1";
/// The columns of the contract, in their order.
const COLUMNS: &str = "ts,site,client_ip,client_port,transport,fqdn,qtype,rcode,significant,significance,\
                       service,pool,member,answers,ttl,ecs,generation,latency_us";

/// Answers of each member of a segment.
fn observed(segment: &Value) -> Tally {
    let members = segment["members"].as_array().expect("members");
    let count = |m: &Value| (m["address"].as_str().expect("address").to_owned(), m["observed"].as_u64());
    members.iter().map(count).map(|(address, n)| (address, n.expect("observed"))).collect()
}

#[test]
fn five_thousand_queries_of_eight_clients_split_exactly_and_every_report_agrees() {
    let site = Site::with_lab();
    let expected = lab::tally(lab::MEMBERS, [3000, 1500, 500]);
    let answers = volley(site.dns(), lab::SERVICE, &[Udp, Udp, Tcp, Udp, Udp, Tcp, Udp, Udp], 625);
    assert_eq!(answers, expected);

    let split = site.split_of(5000);
    let nothing = json!({"service_throttle": 0, "site_throttle": 0, "queue": 0, "storage": 0});
    assert_eq!(split["totals"], json!({"answered": 5000, "logged": 5000, "dropped": nothing}));
    assert_eq!((&split["verdict"], split["segments"].as_array().map(Vec::len)), (&json!("PASS"), Some(1)));
    assert_eq!(observed(&split["segments"][0]), expected);
    assert_eq!(split["segments"][0]["statistic"], 0.0, "no answer too many or too few");

    let words = site.cli(&["split", lab::SERVICE]).success().stdout;
    assert!(words.contains("5000 answered, 5000 rows logged, 0 rows dropped\n"), "{words}");
    assert!(words.ends_with("hello.avi.iberia.local PASS\n"), "{words}");
    let few = "80 % of the answers went to 1 of 1 client, as concentrated as 1.0 equal ones\n";
    assert!(words.contains(few), "{words}");
    let printed = site.cli(&["split", lab::SERVICE, "--since", "5m", "--json"]).success().stdout;
    let printed: Value = serde_json::from_str(&printed).expect("split --json prints JSON");
    assert_eq!(printed["segments"][0]["members"], split["segments"][0]["members"]);

    let file = site.path("log.csv").to_string_lossy().into_owned();
    let exported = site.cli(&["logs", "export", "-o", &file]).success();
    assert_eq!(exported.stdout, "");
    assert!(exported.stderr.starts_with("rows=5000 sha256="), "{}", exported.stderr);
    let log = Log::read(&file);
    assert_eq!(log.rows.len(), 5000);
    assert_eq!(log.count("answers"), expected);
    assert_eq!(log.count("member"), expected);
    assert_eq!(log.count("transport"), Tally::from([("tcp".into(), 1250), ("udp".into(), 3750)]));
    assert_eq!(log.count("fqdn"), Tally::from([(lab::SERVICE.into(), 5000)]));

    let judged = run(&["split", "--csv", &file, "--expect", WEIGHTS]).success().stdout;
    assert!(judged.contains("column \"answers\", 5000 rows, 0 without an address"), "{judged}");
    assert!(judged.ends_with(&format!("{file} PASS\n")), "{judged}");
    let wrong = run(&["split", "--csv", &file, "--expect", "10.10.25.46=5,10.10.26.40=4,10.10.23.40=1"]);
    assert_eq!((wrong.code, wrong.stdout.ends_with(" FAIL\n")), (3, true), "{wrong:?}");
}

#[test]
fn a_hashed_split_is_judged_by_the_networks_that_asked_and_not_by_their_answers() {
    let site = Site::start();
    site.apply(
        "version: 1
zones: [{name: sticky.test, name_servers: [ns.example.net]}]
services:
  - name: app.sticky.test
    pools: [{name: all, algorithm: consistent_hash, members: [{address: 10.0.0.1}, {address: 10.0.0.2}]}]
",
    );
    let split = || -> Value {
        let printed = site.cli(&["split", "app.sticky.test", "--json"]).stdout;
        serde_json::from_str(&printed).expect("split --json prints JSON")
    };
    let ask = |network: u8| {
        assert!(kdig(&site, "app.sticky.test", &format!("10.{network}.0.0/24")).contains("10.0.0."))
    };
    // One network asks again and again.
    (0..12).for_each(|_| ask(0));
    let segment = until("the rows of one network", Duration::from_secs(30), || {
        let segment = split()["segments"][0].take();
        (segment["networks"]["rows"] == 12).then_some(segment)
    });
    assert_eq!((&segment["mode"], &segment["verdict"]), (&json!("hashed"), &json!("INSUFFICIENT")));
    assert_eq!(segment["networks"]["counted"], 1);
    (1..40).for_each(ask);
    let segment = until("the rows of all networks", Duration::from_secs(30), || {
        let segment = split()["segments"][0].take();
        (segment["networks"]["counted"] == 40).then_some(segment)
    });
    assert_eq!(
        (&segment["verdict"], &segment["networks"]["divided"]),
        (&json!("PASS"), &json!(0)),
        "{segment}"
    );
    let reason = segment["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("Each of 40 networks kept one member"), "{reason}");
    let count = |of: &Value, key: &str| of[key].as_u64().expect("a count");
    let answers = segment["members"].as_array().expect("members").iter().map(|m| count(m, "observed"));
    assert_eq!(answers.sum::<u64>(), 51, "answers are counted as ever");
}

/// An exported log.
struct Log {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Log {
    fn read(path: &str) -> Log {
        let mut reader = csv::Reader::from_path(path).expect("opening the export");
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        assert_eq!(header.join(","), COLUMNS);
        let rows = reader.records().map(|row| row.expect("a row as long as the header")).collect();
        Log { header, rows }
    }

    fn count(&self, column: &str) -> Tally {
        let at = self.header.iter().position(|name| name == column).expect("a column of the header");
        let mut tally = Tally::new();
        self.rows.iter().for_each(|row| *tally.entry(row[at].to_owned()).or_default() += 1);
        tally
    }
}

/// Judges a log of somebody else's with this many answers of each member.
fn judge(counts: [usize; 3], expect: &str) -> Ran {
    let folder = folder();
    let file = folder.path().join("export.csv");
    let rows = lab::MEMBERS.iter().zip(counts).flat_map(|(member, n)| vec![format!("a,{member},b\n"); n]);
    fs::write(&file, format!("dns_fqdn,dns_ips,other\n{}", rows.collect::<String>())).expect("writing a log");
    run(&["split", "--csv", &file.to_string_lossy(), "--column", "dns_ips", "--expect", expect])
}

#[test]
fn a_log_of_another_product_is_judged_and_the_exit_status_is_the_verdict() {
    for (counts, expect, code, verdict) in [
        ([3000, 1500, 500], WEIGHTS, 0, "PASS"),
        ([3000, 1500, 500], "10.10.25.46=1,10.10.26.40=1,10.10.23.40=1", 3, "FAIL"),
        ([3000, 1500, 500], "10.10.25.46=6,10.10.26.40=3", 3, "FAIL"),
        ([2800, 1500, 700], WEIGHTS, 3, "FAIL"),
        ([3, 2, 0], WEIGHTS, 4, "INSUFFICIENT"),
        ([0, 0, 0], WEIGHTS, 4, "INSUFFICIENT"),
    ] {
        let judged = judge(counts, expect);
        assert_eq!(judged.code, code, "{counts:?} by {expect}: {judged:?}");
        assert!(judged.stdout.ends_with(&format!(" {verdict}\n")), "{counts:?} by {expect}: {judged:?}");
    }
}

#[test]
fn too_few_answers_are_insufficient_and_exit_with_4() {
    let site = Site::with_lab();
    let empty = site.cli(&["split", lab::SERVICE]);
    assert_eq!((empty.code, empty.stdout.ends_with("INSUFFICIENT\n")), (4, true), "{empty:?}");
    volley(site.dns(), lab::SERVICE, &[Udp], 4);
    site.split_of(4);
    let few = site.cli(&["split", lab::SERVICE]);
    assert_eq!((few.code, few.stdout.ends_with("INSUFFICIENT\n")), (4, true), "{few:?}");
    assert!(few.stdout.contains("4 answered, 4 rows logged"), "{few:?}");
}

#[test]
fn an_explanation_foretells_the_next_answers_and_counts_none() {
    let site = Site::with_lab();
    let told = site.cli(&["explain", lab::SERVICE, "--count", "20", "--json"]).success().stdout;
    let told: Value = serde_json::from_str(&told).expect("explain --json prints JSON");
    let told: Vec<&str> =
        told["answers"].as_array().expect("answers").iter().filter_map(|a| a[0].as_str()).collect();
    let mut client = site.client(Udp);
    let got: Vec<String> = (0..20).map(|_| client.address(lab::SERVICE)).collect();
    assert_eq!(told, got);
    assert_eq!(site.split_of(20)["totals"]["answered"], 20);
}
