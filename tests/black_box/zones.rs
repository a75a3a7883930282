//! `zone import`, `zone export`, `zone list`: zones as master files.

use std::fs;

use hickory_proto::rr::RecordType;

use crate::harness::session::{first_sign_in, page};
use crate::harness::{Reply, Site, Transport, lab};

const ZONE: &str = "example.org";

/// What a zone of another name server may look like.
const FILE: &str = "$TTL 1h
@       IN SOA  ns1 j\\.doe ( 7 2h 600
                1w      ; expire
                60 )
        NS      ns1
        NS      ns.example.net.
        MX      10 mail
ns1     A       192.0.2.53
mail    300 IN  A 192.0.2.25
        IN 300  AAAA 2001:db8::25
www     HTTPS   1 . alpn=\"h2,h3\" ipv4hint=192.0.2.80
*.wild  TXT     \"semi;colon\" \"\\195\\169\"
sub     NS      ns.sub
sub     DS      1 8 2 00ff
ns.sub  A       192.0.2.54
_443._tcp.www TLSA 3 1 1 0a0b
odd     TYPE1000 \\# 3 00 01ff
";

/// The path of a file that holds this.
fn file(site: &Site, name: &str, text: &str) -> String {
    let path = site.path(name);
    fs::write(&path, text).expect("writing a master file");
    path.to_string_lossy().into_owned()
}

fn with_zone() -> Site {
    let site = Site::with_lab();
    site.cli_with_input(&["zone", "import", "-", "--origin", ZONE], FILE).success();
    site
}

#[test]
fn an_import_prints_its_plan_makes_one_revision_and_keeps_what_is_not_the_zone() {
    let site = Site::with_lab();
    let path = file(&site, "zone", FILE);
    let dry = site.cli(&["zone", "import", &path, "--origin", ZONE, "--dry-run"]).success();
    assert!(dry.stdout.starts_with("+ zone example.org\n"), "{dry:?}");
    assert!(dry.stdout.ends_with("1 to add, 0 to change, 0 to remove.\n"), "{dry:?}");
    assert_eq!((site.generation(), dry.stderr.lines().count()), (1, 1), "{dry:?}");
    let warning = format!("{path}:2: warning: \"7\": the serial is ahead of 1");
    assert!(dry.stderr.starts_with(&warning), "{dry:?}");

    let done = site.cli(&["zone", "import", &path, "--origin", ZONE, "--reason", "moved here"]).success();
    assert_eq!(done.stdout, format!("{}Applied as generation 2.\n", dry.stdout));
    let revision = site.http.get("/api/v1/revisions").with_status(200).json()[0].clone();
    assert_eq!((&revision["reason"], &revision["source"]), (&"moved here".into(), &"cli".into()));
    site.http.get(&format!("/api/v1/services/{}", lab::SERVICE)).with_status(200);
    assert_eq!(
        site.cli(&["zone", "import", &path, "--origin", "Example.ORG."]).success().stdout,
        "No changes.\n"
    );

    let list = site.cli(&["zone", "list"]).success().stdout;
    let words: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["ZONE", "SERIAL", "RECORDS", "SERVICES", "NAME", "SERVERS"]);
    assert!(words.contains(&vec![ZONE, "2", "11", "0", "ns1.example.org", "ns.example.net"]), "{list}");
    assert!(words.iter().any(|line| line[0] == "avi.iberia.local" && line[3] == "1"), "{list}");
}

#[test]
fn a_zone_that_is_exported_imports_as_an_empty_plan() {
    let site = with_zone();
    for zone in [ZONE, "avi.iberia.local"] {
        let path = site.path("exported").to_string_lossy().into_owned();
        site.cli(&["zone", "export", zone, "-o", &path]).success();
        let text = fs::read_to_string(&path).expect("reading an export");
        assert_eq!(site.cli(&["zone", "export", zone]).success().stdout, text);
        let again = site.cli(&["zone", "import", &path, "--origin", zone]).success();
        assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("No changes.\n", ""), "{text}");
    }
    assert_eq!(site.generation(), 2);
    let reply = site.http.get("/api/v1/zones/example.org/file").with_status(200);
    assert_eq!((reply.header("content-type"), reply.header("etag")), ("text/dns; charset=US-ASCII", "\"2\""));
    assert!(
        reply.body.contains("\n@\tIN\tSOA\tns1.example.org. j\\.doe.example.org. 2 7200 600 604800 60\n")
    );
    site.http.get("/api/v1/zones/example.net/file").problem(404);
    assert!(site.cli(&["zone", "export", "example.net"]).failure().contains("example.net"));
}

#[test]
fn a_word_that_is_changed_in_the_file_is_all_the_plan_says() {
    let site = with_zone();
    let changed = FILE.replace("192.0.2.25", "192.0.2.26");
    let done = site.cli_with_input(&["zone", "import", "-", "--origin", ZONE], &changed).success().stdout;
    assert_eq!(
        done,
        "~ zone example.org\n    records[mail A].data: [192.0.2.25] -> [192.0.2.26]\n\
         0 to add, 1 to change, 0 to remove.\nApplied as generation 3.\n"
    );
}

#[test]
fn every_mistake_of_a_file_is_listed_with_its_line_and_nothing_is_applied() {
    let site = Site::with_lab();
    let wrong = format!("{FILE}a A 192.0.2\n$INCLUDE more\nb CNAME c\nb TXT x\nc CNAME b\nd A ( 192.0.2.1\n");
    let path = file(&site, "wrong", &wrong);
    let first = FILE.lines().count() + 1;
    let ran = site.cli(&["zone", "import", &path, "--origin", ZONE]);
    let said: Vec<&str> = ran.failure().lines().collect();
    let expected = [
        (first, "\"192.0.2\": data of type A has to be an IPv4 address"),
        (first + 1, "$INCLUDE is refused"),
        (first + 2, "a CNAME stands alone"),
        (first + 2, "b.example.org -> c.example.org -> b.example.org"),
        (first + 5, "the parenthesis that opens here is never closed"),
    ];
    assert_eq!(said.len(), expected.len(), "{ran:?}");
    for (line, (number, words)) in said.iter().zip(expected) {
        assert!(
            line.starts_with(&format!("{path}:{number}: ")) && line.contains(words),
            "{number} {words}: {ran:?}"
        );
    }
    let reply = site.http.send("POST", "/api/v1/zones/example.org/file", |r| r.body(wrong));
    let problem = reply.problem(422);
    let fields: Vec<String> = expected.iter().map(|(number, _)| format!("line {number}")).collect();
    let errors = problem["errors"].as_array().expect("errors");
    assert_eq!(errors.iter().map(|e| e["field"].as_str().unwrap_or_default()).collect::<Vec<_>>(), fields);
    assert_eq!(site.generation(), 1);
}

#[test]
fn a_record_at_the_name_of_a_service_is_refused_with_both_named() {
    let site = Site::with_lab();
    let text = site.cli(&["zone", "export", "avi.iberia.local"]).success().stdout;
    let number = text.lines().count() + 1;
    let path = file(&site, "zone", &format!("{text}hello A 192.0.2.1\n"));
    let ran = site.cli(&["zone", "import", &path, "--origin", "avi.iberia.local"]);
    let said = ran.failure();
    assert!(said.starts_with(&format!("{path}:{number}: ")), "{said}");
    for words in ["the service hello.avi.iberia.local", "static A record \"hello\" of zone avi.iberia.local"]
    {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(site.generation(), 1);
}

#[test]
fn what_was_imported_is_what_is_answered() {
    let site = with_zone();
    let mut client = site.client(Transport::Udp);
    let mut check = |name: &str, record_type: RecordType, expected: &str| {
        assert_eq!(client.ask(name, record_type).summary(), expected, "{name} {record_type}");
    };
    check("example.org", RecordType::MX, "NoError aa example.org. 3600 MX 10 mail.example.org.");
    check("mail.example.org", RecordType::AAAA, "NoError aa mail.example.org. 300 AAAA 2001:db8::25");
    check(
        "www.example.org",
        RecordType::HTTPS,
        "NoError aa www.example.org. 3600 HTTPS 1 . alpn=h2,h3, ipv4hint=192.0.2.80,",
    );
    check(
        "_443._tcp.www.example.org",
        RecordType::TLSA,
        "NoError aa _443._tcp.www.example.org. 3600 TLSA 3 1 1 0a0b",
    );
    check("www.example.org", RecordType::A, "NoError aa [example.org. 60 SOA]");
    check("none.example.org", RecordType::A, "NXDomain aa [example.org. 60 SOA]");
    // The DS of a delegation is the parent's to answer.
    let answer = client.ask("sub.example.org", RecordType::DS).summary();
    assert!(answer.starts_with("NoError aa sub.example.org. 3600 DS 1 "), "{answer}");
    // Whether as a referral or as an answer, the name servers of the delegation are named.
    let answer = client.ask("sub.example.org", RecordType::NS).summary();
    assert!(answer.contains("sub.example.org. 3600 NS"), "{answer}");
}

/// Posts the import form as a browser does: (name, value), a file with its name in its field's.
fn post(site: &Site, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Reply {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--limit\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n"));
    }
    site.http.stranger().send("POST", path, |request| {
        let request = request.header("content-type", "multipart/form-data; boundary=limit");
        request.header("cookie", cookie).body(body + "--limit--\r\n")
    })
}

#[test]
fn the_console_shows_the_plan_of_a_file_before_it_is_applied() {
    let site = Site::with_lab();
    let cookie = first_sign_in(&site);
    let file = ("\"file\"; filename=\"a.zone\"", FILE);
    let planned = post(&site, "/zones/import", &cookie, &[("\"name\"", ZONE), file]).with_status(200);
    for words in
        ["Added zone example.org", "records[mail AAAA].data", "Nothing is saved yet", "value=\"apply\""]
    {
        assert!(planned.body.contains(words), "{words} in {}", planned.body);
    }
    assert_eq!(site.generation(), 1);

    // The file's text came back in the form, and is what is applied.
    let apply = |generation: &str| {
        let fields = [
            ("\"name\"", ZONE),
            ("\"text\"", FILE),
            ("\"file\"; filename=\"\"", ""),
            ("\"step\"", "apply"),
            ("\"reason\"", "moved here"),
            ("\"generation\"", generation),
        ];
        post(&site, "/zones/import", &cookie, &fields)
    };
    let stale = apply("0").with_status(412);
    assert!(stale.body.contains("the configuration has changed"), "{}", stale.body);
    assert_eq!(apply("1").with_status(303).header("location"), "/zones/example.org");
    assert_eq!(site.generation(), 2);

    let download = page(&site.http.stranger(), "/zones/example.org/file", &cookie).with_status(200);
    assert_eq!(download.header("content-disposition"), "attachment; filename=\"example.org.zone\"");
    let same =
        post(&site, "/zones/example.org/import", &cookie, &[("\"text\"", &download.body)]).with_status(200);
    assert!(same.body.contains("nothing changes") && !same.body.contains("value=\"apply\""), "{}", same.body);
}

#[test]
fn the_console_names_each_wrong_line_beside_the_text() {
    let site = Site::with_lab();
    let cookie = first_sign_in(&site);
    let wrong = format!("{FILE}a A 192.0.2\n$INCLUDE <more>\n");
    let first = FILE.lines().count() + 1;
    let reply = post(&site, "/zones/example.org/import", &cookie, &[("\"text\"", &wrong)]).with_status(422);
    for words in [
        format!("line {first}: "),
        "<code>a A 192.0.2</code>".to_owned(),
        format!("line {}: ", first + 1),
        "$INCLUDE is refused".to_owned(),
        "<code>$INCLUDE &lt;more&gt;</code>".to_owned(),
    ] {
        assert!(reply.body.contains(&words), "{words} in {}", reply.body);
    }
    let reply =
        post(&site, "/zones/import", &cookie, &[("\"name\"", "a..b"), ("\"text\"", FILE)]).with_status(422);
    assert!(reply.body.contains("a label is empty"), "{}", reply.body);
    assert_eq!(site.generation(), 1);
}
