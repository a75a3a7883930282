//! Edits, revisions, users.

use model::config::Config;
use model::plan::ObjectKind;
use model::{Problem, Problems, Weight};
use store::{Edit, EditError, Store};
use test_support::lab;

use crate::store;

fn by(actor: &str) -> Edit {
    Edit { actor: actor.into(), source: "rest".into(), reason: "a test".into(), at: 7, ..Edit::default() }
}

async fn load_lab(store: &Store) {
    store
        .edit(by("ana"), |config| {
            *config = lab();
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_stored_is_loaded_again() {
    let (store, _database) = store().await;
    assert_eq!(store.load().await.unwrap().generation, 0);
    let edited = store
        .edit(by("ana"), |config| {
            *config = full();
            Ok(())
        })
        .await
        .unwrap();
    assert!(edited.changed);
    assert_eq!(edited.snapshot.generation, 1);
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded, edited.snapshot);
    assert_eq!(loaded.config, full());
}

#[tokio::test]
async fn a_zone_of_more_sets_than_one_statement_takes_is_loaded_as_it_was_stored() {
    let (store, _database) = store().await;
    let set = |i: usize| {
        let ttl = (!i.is_multiple_of(3)).then_some(i);
        let data = ["\"a \\\"b\\\" {}, é\"", "z", "a"];
        serde_json::json!({"name": format!("h{i:05}"), "type": "TXT", "ttl": ttl, "data": data[i % 2..]})
    };
    let sets: Vec<_> = (0..20_001).map(set).collect();
    let zone = serde_json::json!({"name": "example.org", "records": sets});
    let zone: model::config::Zone = serde_json::from_value(zone).unwrap();
    let stored = zone.clone();
    store
        .edit(by("ana"), |config| {
            config.zones.push(stored);
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(store.load().await.unwrap().config.zones, [zone]);
}

/// The lab with every kind of object and every optional field set.
fn full() -> Config {
    let mut config = lab();
    let monitor = serde_json::json!({
        "name": "http-hello", "type": "http", "port": 80, "request": "HEAD / HTTP/1.1", "host": "x.example",
        "expect_status": ["2xx", 304], "interval": "10s", "timeout": "500ms",
    });
    let other = serde_json::json!({
        "name": "secure", "type": "https", "headers": [{"name": "X-Key", "secret": "key"}], "expect_body": "a\nb",
        "tls": {"verify": false, "minimum_days": 7}, "flap": {"changes": 4, "window": "10m"}, "follow_redirects": 1,
    });
    let script =
        serde_json::json!({"name": "script", "type": "script", "script": {"name": "x", "env": {"A": "b"}}});
    config.monitors =
        [monitor, other, script].map(|monitor| serde_json::from_value(monitor).unwrap()).to_vec();
    config.services[0].monitors = vec!["http-hello".parse().unwrap()];
    config.services[0].down_response =
        serde_json::from_value(serde_json::json!({"fallback": ["192.0.2.9"]})).unwrap();
    config.services[0].description = "Ünïcode 'quoted' <b>".into();
    config.locations[0].cidr = vec!["10.10.25.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    config.locations[0].latitude = Some(40.42);
    config.locations[0].longitude = Some(-3.7);
    config.sites[0].dns = vec!["10.10.24.186:53".parse().unwrap()];
    config.zones[0].soa.rname = Some("j.doe@example.org".parse().unwrap());
    config.zones[0].transfer = Some(
        serde_json::from_value(serde_json::json!({
            "secondaries": [{"address": "192.0.2.53"}, {"address": "[2001:db8::53]:5353", "key": "own.example"}],
            "allow": ["198.51.100.0/24"], "key": "xfr.example", "notify": false,
        }))
        .unwrap(),
    );
    config.channels = serde_json::from_value(serde_json::json!([
        {"name": "slack", "enabled": false, "via": {"slack": {"url_secret": "hook"}}},
        {"name": "log", "via": {"syslog": {"address": "log.example.net:514"}}},
    ]))
    .unwrap();
    config.alert_rules = serde_json::from_value(serde_json::json!([
        {"name": "down", "events": ["GS_DOWN"], "services": ["hello.avi.iberia.local"], "threshold": 2,
         "window": "1m", "level": "high", "channels": ["slack", "log"]},
    ]))
    .unwrap();
    config.logging.site_throttle.significant = 10;
    steered(&mut config);
    config.sort();
    config
}

/// Gives everything that steers another value than its default.
fn steered(config: &mut Config) {
    let of = |value: serde_json::Value| serde_json::from_value::<Config>(value).unwrap();
    let steered = of(serde_json::json!({
        "sites": [{"name": "site3", "enabled": false, "draining": true, "weight": 7}],
        "locations": [{"name": "s3", "site": "site3", "enabled": false, "draining": true, "weight": 0}],
        "client_groups": [{"name": "inside", "cidr": ["10.0.0.0/8", "fd00::/8"], "addresses": "private"}],
        "services": [{
            "name": "app.avi.iberia.local", "wildcard": true, "min_members": 2, "pool_choice": "geo",
            "manual_resume": true, "ramp": {"duration": "90s", "steps": 5},
            "topology": [
                {"name": "iberia", "clients": {"country": ["es", "PT"], "continent": ["EU"]}, "to": ["s3", "near"]},
                {"clients": {"cidr": ["192.0.2.0/24"], "asn": [64500]}, "to": ["site3"]},
            ],
            "pools": [
                {"name": "near", "algorithm": "topology", "fallback": "consistent_hash", "weight": 4,
                 "draining": true, "mask": {"v4": 20, "v6": 48}, "members": [
                    {"address": "192.0.2.1", "public_address": "198.51.100.1", "preference": 3},
                    {"fqdn": "app.example.net", "draining": true},
                    {"fqdn": "b.example.net"}]},
                {"name": "far", "priority": 5, "algorithm": "geo", "members": [{"address": "192.0.2.9"}]},
            ],
        }, {
            "name": "cdn.avi.iberia.local",
            "pools": [{"name": "p", "members": [{"fqdn": "cdn.example.net", "answer": "cname"}]}],
        }],
    }));
    config.sites.extend(steered.sites);
    config.locations.extend(steered.locations);
    config.client_groups.extend(steered.client_groups);
    config.services.extend(steered.services);
}

#[tokio::test]
async fn a_change_is_one_revision_with_before_and_after() {
    let (store, _database) = store().await;
    load_lab(&store).await;
    let edited = store
        .edit(by("bob"), |config| {
            config.services[0].pools[0].members[0].weight = Weight::new(20).unwrap();
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(edited.snapshot.generation, 2);
    let lines = store.revisions(None, 10).await.unwrap();
    assert_eq!(
        lines.iter().map(|l| (l.generation, l.actor.as_str())).collect::<Vec<_>>(),
        [(2, "bob"), (1, "ana")]
    );
    assert_eq!(store.revisions(Some(2), 10).await.unwrap().len(), 1);
    let revision = store.revision(2).await.unwrap().unwrap();
    assert_eq!(revision.changes.len(), 1);
    assert_eq!(revision.changes[0].kind, ObjectKind::Service);
    let fields = revision.changes[0].fields();
    assert_eq!(fields.len(), 1);
    assert_eq!((fields[0].before.as_deref(), fields[0].after.as_deref()), (Some("6"), Some("20")));
    assert!(store.revision(3).await.unwrap().is_none());
}

#[tokio::test]
async fn an_edit_that_fails_or_does_nothing_leaves_no_trace() {
    let (store, _database) = store().await;
    load_lab(&store).await;
    let refused = store.edit(by("bob"), |_| Err(Problems::from(Problem::new("x", "", "no"))));
    assert!(matches!(refused.await, Err(EditError::Invalid(_))));
    let wrong = store.edit(by("bob"), |config| {
        config.services[0].name = "hello.elsewhere.example".parse().unwrap();
        Ok(())
    });
    let Err(EditError::Invalid(problems)) = wrong.await else {
        panic!("a service outside every zone was taken")
    };
    assert!(problems.0[0].message.contains("in no zone"), "{problems}");
    let same = store.edit(by("bob"), |_| Ok(())).await.unwrap();
    assert!(!same.changed);
    let dry = Edit { dry_run: true, ..by("bob") };
    let planned = store
        .edit(dry, |config| {
            config.services.clear();
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((planned.plan.changes.len(), planned.snapshot.generation), (1, 2));
    assert_eq!(store.load().await.unwrap().generation, 1);
    assert_eq!(store.revisions(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_two_editors_who_saw_the_same_generation_one_is_told() {
    let (store, _database) = store().await;
    load_lab(&store).await;
    let weigh = |weight: i64| {
        let edit = Edit { expected: Some(1), ..by("both") };
        store.edit(edit, move |config| {
            config.services[0].pools[0].members[0].weight = Weight::new(weight).unwrap();
            Ok(())
        })
    };
    let (first, second) = futures::future::join(weigh(20), weigh(30)).await;
    let conflicts = [&first, &second]
        .into_iter()
        .filter(|r| matches!(r, Err(EditError::Conflict { expected: 1, actual: 2 })));
    assert_eq!(conflicts.count(), 1, "{first:?} {second:?}");
    assert_eq!(store.load().await.unwrap().generation, 2);
}

#[tokio::test]
async fn history_cannot_be_rewritten() {
    let (store, database) = store().await;
    load_lab(&store).await;
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    for sql in ["DELETE FROM revisions", "UPDATE revision_changes SET name = 'x'"] {
        let error = sqlx::raw_sql(sql).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn sign_in_codes_work_once_and_passwords_end_sessions() {
    let (store, _database) = store().await;
    store.create_sign_in_code(&[1; 32], "admin", 100).await.unwrap();
    assert_eq!(store.take_sign_in_code(&[1; 32], 200).await.unwrap(), None);
    assert_eq!(store.take_sign_in_code(&[1; 32], 50).await.unwrap().as_deref(), Some("admin"));
    assert_eq!(store.take_sign_in_code(&[1; 32], 50).await.unwrap(), None);
    assert!(store.create_user("ana", Some("hash"), "admin", 1).await.unwrap());
    assert!(!store.create_user("ana", None, "viewer", 1).await.unwrap());
    store.create_session(&[2; 32], "ana", 10, 1000, "127.0.0.1", "a browser").await.unwrap();
    assert_eq!(store.touch_session(&[2; 32], 20, 50).await.unwrap().unwrap().role, "admin");
    assert!(store.touch_session(&[2; 32], 90, 50).await.unwrap().is_none(), "idle for too long");
    assert!(store.touch_session(&[2; 32], 1000, 5000).await.unwrap().is_none(), "too old");
    store.set_password("ana", "other").await.unwrap();
    assert!(store.sessions_of("ana").await.unwrap().is_empty());
    let id = store.create_token("ci", &[3; 32], "viewer", "ana", 1, 100).await.unwrap();
    assert!(store.find_token(&[3; 32], 50).await.unwrap().is_some());
    assert!(store.find_token(&[3; 32], 100).await.unwrap().is_none());
    assert!(store.revoke_token(id).await.unwrap());
    assert!(store.find_token(&[3; 32], 50).await.unwrap().is_none());
}
