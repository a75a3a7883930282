//! Exports in the background: asked for, followed, fetched in parts, kept over a restart, and removed.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::Transport::Udp;
use crate::harness::{Http, Site, check_words, in_words, lab, until, volley};

const EXPORTS: &str = "/api/v1/exports";

fn read(http: &Http, id: &Value) -> Value {
    http.get(&format!("{EXPORTS}/{id}")).with_status(200).json()
}

fn ended(http: &Http, id: &Value) -> Value {
    until("the end of the export", Duration::from_secs(30), || {
        Some(read(http, id))
            .filter(|export| !["queued", "running"].map(|s| json!(s)).contains(&export["state"]))
    })
}

fn bearer(site: &Site, role: &str) -> Http {
    let made = site.cli(&["token", "create", "--role", role, "--name", &format!("for {role}")]).success();
    site.http.stranger().with_token(made.stdout.trim())
}

#[test]
fn a_job_is_followed_fetched_and_removed() {
    let mut site = Site::with_lab();
    volley(site.dns(), lab::SERVICE, &[Udp], 40);
    site.split_of(40);
    let wish = json!({"format": "csv", "columns": "ts,fqdn", "filter": "qtype = A", "since": "1h"});
    let asked = site.http.json("POST", EXPORTS, &wish).with_status(202);
    let id = asked.json()["id"].clone();
    assert_eq!(asked.header("location"), format!("{EXPORTS}/{id}"));
    let export = ended(&site.http, &id);
    let said = ["state", "kind", "rows", "total", "columns", "filter"].map(|key| export[key].clone());
    assert_eq!(
        said,
        [json!("done"), json!("job"), json!(40), json!(40), json!("ts,fqdn"), json!("qtype = A")]
    );

    site.stop();
    site.start_again();
    let path = format!("{EXPORTS}/{id}/file");
    let file = site.http.get(&path).with_status(200);
    let digest: String = Sha256::digest(&file.body).iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!((export["sha256"].as_str(), file.header("x-steelyard-sha256")), (Some(&*digest), &*digest));
    assert_eq!(export["bytes"], file.body.len());
    assert_eq!((file.body.lines().next(), file.body.lines().count()), (Some("ts,fqdn"), 41));
    let part = site.http.send("GET", &path, |request| request.header("range", "bytes=3-6")).with_status(206);
    assert_eq!(part.body, "fqdn");
    site.http.send("GET", &path, |request| request.header("range", "bytes=99999999-")).with_status(416);

    site.http.send("DELETE", &format!("{EXPORTS}/{id}"), |r| r).with_status(204);
    site.http.get(&path).problem(404);
    site.http.get(&format!("{EXPORTS}/{id}")).problem(404);
    let left = std::fs::read_dir(site.data_dir().join("exports")).expect("the folder of exports").count();
    assert_eq!(left, 0, "the file is gone with its export");
}

#[test]
fn downloads_stand_in_the_list_and_have_no_file() {
    let site = Site::with_lab();
    volley(site.dns(), lab::SERVICE, &[Udp], 10);
    site.split_of(10);
    let direct = site.http.get("/api/v1/logs/export.csv?since=1h&format=ndjson").with_status(200);
    let id: Value = direct.header("x-steelyard-export").parse::<u64>().expect("a number").into();
    let export = ended(&site.http, &id);
    assert_eq!(
        [&export["kind"], &export["state"], &export["rows"]],
        [&json!("direct"), &json!("done"), &json!(10)]
    );
    let digest: String = Sha256::digest(&direct.body).iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(export["sha256"], json!(digest));
    let problem = site.http.get(&format!("{EXPORTS}/{id}/file")).problem(404);
    check_words(problem["detail"].as_str().expect("a detail"), &["has no file", "direct and done"]);
    let list = site.http.get(EXPORTS).with_status(200).json();
    assert_eq!((&list["exports"][0]["id"], &list["next"]), (&id, &Value::Null));
}

#[test]
fn whoever_may_read_may_export_and_only_an_operator_ends_what_is_not_his() {
    let site = Site::with_lab();
    let (viewer, operator) = (bearer(&site, "viewer"), bearer(&site, "operator"));
    let ask = |http: &Http| {
        let export = http.json("POST", EXPORTS, &json!({})).with_status(202).json();
        ended(http, &export["id"]);
        format!("{EXPORTS}/{}", export["id"])
    };
    let (his, theirs) = (ask(&viewer), ask(&operator));
    let refused = viewer.send("DELETE", &theirs, |r| r).problem(403);
    let said = refused["detail"].as_str().expect("a detail");
    check_words(said, &["not yours", "token for operator", "ask an operator"]);
    viewer.send("DELETE", &his, |r| r).with_status(204);
    let his = ask(&viewer);
    operator.send("DELETE", &his, |r| r).with_status(204);
}

#[test]
fn what_cannot_be_exported_is_refused_before_it_waits() {
    let site = Site::with_lab();
    for (wish, words) in [
        (json!({"format": "xlsx"}), &["format", "\"xlsx\"", "csv, ndjson or parquet"][..]),
        (json!({"columns": "ts,colour"}), &["columns", "no column \"colour\""]),
        (json!({"filter": "rcode ="}), &["filter", "at character"]),
        (json!({"since": "soon"}), &["since", "\"soon\""]),
    ] {
        check_words(&in_words(&site.http.json("POST", EXPORTS, &wish).problem(400)), words);
    }
    site.http.json("POST", EXPORTS, &json!({"colour": 1})).problem(422);
    site.http.get(&format!("{EXPORTS}/x")).problem(400);
    site.http.get(&format!("{EXPORTS}/999")).problem(404);
    assert_eq!(site.http.get(EXPORTS).json()["exports"], json!([]));
}
