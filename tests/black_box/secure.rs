//! DNS over TLS, HTTPS and QUIC, asked with kdig and dnsperf, and a certificate that changes while it is in use.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::harness::{
    Database, Scrape, Site, Start, Tally, check_words, folder, lab, run, shared_database, signal, until,
};

/// The name in the certificates.
const NAME: &str = "ns1.avi.iberia.local";

/// A site with the secure transports, each on a port that was free.
struct Secure {
    site: Site,
    certificate: TempDir,
}

/// Makes a certificate in `folder`, over the one that was there.
fn issue(folder: &Path) {
    let issued = rcgen::generate_simple_self_signed([NAME.to_owned()]).expect("a certificate");
    std::fs::write(folder.join("chain.pem"), issued.cert.pem()).expect("writing a chain");
    std::fs::write(folder.join("key.pem"), issued.signing_key.serialize_pem()).expect("writing a key");
}

/// The same for a certificate that ends then.
fn issue_until(folder: &Path, end: SystemTime) {
    let mut wanted = rcgen::CertificateParams::new([NAME.to_owned()]).expect("parameters of a certificate");
    wanted.not_after = end.into();
    let key = rcgen::KeyPair::generate().expect("a key");
    let issued = wanted.self_signed(&key).expect("a certificate");
    std::fs::write(folder.join("chain.pem"), issued.pem()).expect("writing a chain");
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).expect("writing a key");
}

impl Secure {
    fn start() -> Secure {
        let certificate = folder();
        issue(certificate.path());
        let file = |name: &str| certificate.path().join(name).to_string_lossy().into_owned();
        let any = || "127.0.0.1:0".to_owned();
        let variables = vec![
            ("STEELYARD_DNS_TLS", "127.0.0.1:0,[::1]:0".to_owned()),
            ("STEELYARD_DNS_HTTPS", any()),
            ("STEELYARD_DNS_QUIC", any()),
            ("STEELYARD_TLS_CERT", file("chain.pem")),
            ("STEELYARD_TLS_KEY", file("key.pem")),
        ];
        let site = Site::with(Start { database: Database::At(shared_database()), variables });
        site.apply(&lab::unmonitored());
        Secure { site, certificate }
    }

    fn chain(&self) -> PathBuf {
        self.certificate.path().join("chain.pem")
    }

    fn address(&self, key: &str, index: usize) -> SocketAddr {
        let address = self.site.ready_line()[key][index].as_str().expect("an address in the ready line");
        address.parse().expect("an address with a port")
    }

    /// Runs kdig, which checks the certificate against `trusted`.
    fn kdig(&self, server: SocketAddr, trusted: &Path, how: &[&str], question: &[&str]) -> Output {
        let (at, port) = (format!("@{}", server.ip()), server.port().to_string());
        let ca = format!("+tls-ca={}", trusted.display());
        let host = format!("+tls-hostname={NAME}");
        let mut command = Command::new("kdig");
        command.args([&at, "-p", &port, &ca, &host, "+retry=0", "+edns=0", "+nopadding"]);
        command.args(["+noall", "+header", "+answer", "+authority", "+opt"]);
        command.args(how).args(question);
        command.output().unwrap_or_else(|e| panic!("kdig does not start ({e}): install it"))
    }

    /// The answer as kdig prints it, without what differs from query to query.
    fn answer(&self, server: SocketAddr, how: &[&str], question: &[&str]) -> String {
        let output = self.kdig(server, &self.chain(), how, question);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "kdig {how:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let lines = said.lines().filter(|line| !line.starts_with(";; TLS") && !line.starts_with(";; QUIC"));
        let lines = lines.filter(|line| !line.starts_with(";; HTTP"));
        lines.map(|line| line.split("; id: ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn kdig_gets_the_answer_of_tcp_over_every_secure_transport_and_the_log_says_which() {
    let secure = Secure::start();
    let ways = [
        ("dns_tls", 0, "+tls"),
        ("dns_tls", 1, "+tls"),
        ("dns_https", 0, "+https"),
        ("dns_https", 0, "+https-get"),
        ("dns_quic", 0, "+quic"),
    ];
    let questions = [
        &["test.avi.iberia.local", "A"][..],
        &["nowhere.avi.iberia.local", "A"],
        &[lab::SERVICE, "AAAA"],
        &["www.example.org", "A", "+nsid", "+dnssec"],
    ];
    for question in questions {
        let expected = secure.answer(secure.site.dns(), &["+tcp", "+notls"], question);
        assert!(expected.contains("HEADER"), "{expected}");
        for (key, index, how) in ways {
            let how = if how == "+https-get" { vec!["+https", how] } else { vec![how] };
            let answer = secure.answer(secure.address(key, index), &how, question);
            assert_eq!(answer, expected, "{how:?} {question:?}");
        }
    }
    let expected: [(&str, u64); 4] = [("tcp", 4), ("dot", 8), ("doh", 8), ("doq", 4)];
    let scrape = until("the counters to be read", Duration::from_secs(20), || {
        let scrape = Scrape::of(&secure.site.http);
        (scrape.total("steelyard_log_rows_total") >= 24.0).then_some(scrape)
    });
    let mut logged = Tally::new();
    until("every row in the log", Duration::from_secs(20), || {
        let exported = secure.site.cli(&["logs", "export", "-o", "-"]).success().stdout;
        let mut rows = csv::Reader::from_reader(exported.as_bytes());
        logged.clear();
        for row in rows.records() {
            *logged.entry(row.expect("a row")[4].to_owned()).or_default() += 1;
        }
        (logged.values().sum::<u64>() >= 24).then_some(())
    });
    for (transport, count) in expected {
        let labels = [("transport", transport)];
        assert_eq!(scrape.sum("steelyard_dns_requests_total", &labels), count as f64, "{transport}");
        assert_eq!(logged.get(transport), Some(&count), "{transport}");
    }
    let filter = ["logs", "export", "-o", "-", "--filter", "transport = doq"];
    assert_eq!(secure.site.cli(&filter).success().stdout.lines().count(), 5, "a head and four rows");
}

#[test]
fn dnsperf_loses_no_query_over_tls_and_https_beside_clients_that_say_nothing() {
    let secure = Secure::start();
    let queries = secure.site.path("queries").to_string_lossy().into_owned();
    std::fs::write(&queries, format!("{} A\n", lab::SERVICE)).expect("writing the queries");
    let mut total = 0;
    // dnsperf reads no more than one answer over HTTPS from what arrives at once: it asks one after the other.
    let runs = [("dot", "dns_tls", 2000, ["-c", "4"]), ("doh", "dns_https", 200, ["-q", "1"])];
    for (mode, key, count, more) in runs {
        let server = secure.address(key, 0);
        let connect = || TcpStream::connect(server).expect("a connection that nothing comes over");
        let _silent: Vec<TcpStream> = (0..50).map(|_| connect()).collect();
        let (ip, port) = (server.ip().to_string(), server.port().to_string());
        let number = count.to_string();
        let args = ["-s", &ip, "-p", &port, "-d", &queries, "-m", mode, "-n", &number, "-t", "10"];
        let output = Command::new("dnsperf").args(args).args(more).output();
        let output = output.unwrap_or_else(|e| panic!("dnsperf does not start ({e}): install it"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        check_words(&said, &["Queries lost:         0 (0.00%)", &format!("NOERROR {count} (100.00%)")]);
        total += count;
        let split = secure.site.split_of(total);
        assert_eq!((&split["totals"]["answered"], &split["verdict"]), (&total.into(), &"PASS".into()));
        assert_eq!(split["segments"][0]["statistic"], 0.0, "{split}");
    }
}

#[test]
fn a_certificate_is_exchanged_by_a_hangup_and_a_wrong_one_is_said_and_left_alone() {
    let secure = Secure::start();
    let old = secure.certificate.path().join("old.pem");
    std::fs::copy(secure.chain(), &old).expect("keeping the old certificate");
    let trusts = |trusted: &Path| {
        let ways = [("dns_tls", "+tls"), ("dns_https", "+https"), ("dns_quic", "+quic")];
        ways.map(|(key, how)| {
            let question = ["test.avi.iberia.local", "A"];
            secure.kdig(secure.address(key, 0), trusted, &[how], &question).status.success()
        })
    };
    let hang_up = |word: &str| {
        signal(secure.site.pid(), "HUP");
        until(word, Duration::from_secs(20), || secure.site.said().contains(word).then_some(()));
    };
    std::fs::write(secure.certificate.path().join("key.pem"), "nothing").expect("writing a wrong key");
    hang_up("there is no private key in it");
    assert_eq!(trusts(&old), [true; 3], "it stays in force");
    issue(secure.certificate.path());
    hang_up("the certificate was read again");
    assert_eq!((trusts(&old), trusts(&secure.chain())), ([false; 3], [true; 3]));

    // Both are events, and so is a certificate that is about to end.
    issue_until(secure.certificate.path(), SystemTime::now() + Duration::from_secs(2 * 86_400));
    hang_up("the certificate was read again");
    let told = until("the events of the certificate", Duration::from_secs(20), || {
        let kinds = "CERTIFICATE_RELOADED,CERTIFICATE_FAILED,CERTIFICATE_EXPIRING";
        let events = secure.site.http.get(&format!("/api/v1/events?kinds={kinds}")).with_status(200).json();
        let events = events["events"].as_array().expect("a list").clone();
        let told: Vec<_> = events.iter().map(|e| format!("{} {}", e["kind"], e["text"])).collect();
        told.iter().any(|text| text.contains("CERTIFICATE_EXPIRING")).then_some(told)
    });
    let words = ["CERTIFICATE_FAILED", "stays: ", "CERTIFICATE_RELOADED", "ends in a day"];
    check_words(&told.join("\n"), &words);
}

#[test]
fn a_stop_does_not_wait_for_clients_that_hold_connections_open() {
    let mut secure = Secure::start();
    let (tls, https) = (secure.address("dns_tls", 0), secure.address("dns_https", 0));
    let connect = |server| TcpStream::connect(server).expect("a connection that nothing comes over");
    let _silent: Vec<TcpStream> = [tls, https].into_iter().cycle().take(20).map(connect).collect();
    secure.answer(tls, &["+tls"], &["test.avi.iberia.local", "A"]);
    let status = secure.site.stop();
    assert!(status.success(), "{status}: {}", secure.site.said());
    assert!(TcpStream::connect(tls).is_err(), "nobody listens any more");
}

#[test]
fn a_start_with_a_certificate_that_is_missing_or_wrong_says_what_to_give() {
    let dir = folder();
    let data = dir.path().join("data").to_string_lossy().into_owned();
    let nothing = dir.path().join("nothing.pem").to_string_lossy().into_owned();
    std::fs::write(&nothing, "nothing").expect("writing a file that is no certificate");
    let serve =
        |args: &[&str]| run(&[&["serve", "--data-dir", &data, "--dns-tls", "127.0.0.1:0"], args].concat());
    let bare = serve(&[]);
    check_words(bare.failure(), &["dns_tls 127.0.0.1:0", "give tls_cert and tls_key"]);
    let half = serve(&["--tls-cert", &nothing]);
    check_words(half.failure(), &["tls_key", "give both"]);
    let wrong = serve(&["--tls-cert", &nothing, "--tls-key", &nothing]);
    check_words(wrong.failure(), &["tls_cert", &nothing, "no certificate in it", "PEM"]);
    let away = serve(&["--tls-cert", "/no/such.pem", "--tls-key", &nothing]);
    check_words(away.failure(), &["tls_cert /no/such.pem", "cannot be read"]);
}
