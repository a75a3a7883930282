//! The history of exports.

use api::export::{ExportEnd, ExportKind, ExportState, NewExport};
use store::{Options, Store};

use crate::store;

const NOW: i64 = 1_795_161_600_000_000;

fn new(kind: ExportKind) -> NewExport {
    NewExport {
        kind,
        format: "csv".into(),
        columns: "ts,fqdn".into(),
        filter: "rcode != NOERROR".into(),
        from: NOW - 10,
        to: NOW,
        actor: "ana".into(),
        asked: NOW + 1,
    }
}

fn done(rows: u64) -> ExportEnd {
    ExportEnd {
        state: ExportState::Done,
        rows,
        bytes: 100,
        sha256: Some("ab".into()),
        error: None,
        at: NOW + 5,
        expires: Some(NOW + 100),
    }
}

#[tokio::test]
async fn an_export_is_followed_from_its_wish_to_its_end() {
    let (store, _database) = store().await;
    let id = store.add_export(&new(ExportKind::Job)).await.unwrap();
    let line = store.export_line(id).await.unwrap().unwrap();
    assert_eq!((line.state, line.kind, line.total), (ExportState::Queued, ExportKind::Job, None));
    assert_eq!((line.from, line.to, line.asked, line.started), (NOW - 10, NOW, NOW + 1, None));
    assert_eq!((&*line.columns, &*line.filter, &*line.actor), ("ts,fqdn", "rcode != NOERROR", "ana"));
    assert_eq!(store.next_export().await.unwrap().unwrap().id, id);
    assert!(!store.forget_export(id).await.unwrap(), "what has not ended is not forgotten");
    assert!(store.begin_export(id, NOW + 2).await.unwrap());
    assert!(!store.begin_export(id, NOW + 3).await.unwrap(), "it begins once");
    store.set_export_total(id, 7).await.unwrap();
    assert!(store.end_export(id, &done(7)).await.unwrap());
    let late = ExportEnd { state: ExportState::Cancelled, ..done(0) };
    assert!(!store.end_export(id, &late).await.unwrap(), "an end is final");
    let line = store.export_line(id).await.unwrap().unwrap();
    assert_eq!((line.state, line.total, line.rows, line.bytes), (ExportState::Done, Some(7), 7, 100));
    assert_eq!((line.started, line.ended), (Some(NOW + 2), Some(NOW + 5)));
    assert_eq!(store.exports_with_files().await.unwrap(), [id]);
    assert_eq!(store.expire_exports(NOW + 99).await.unwrap(), 0);
    assert_eq!(store.expire_exports(NOW + 100).await.unwrap(), 1);
    assert_eq!(store.exports_with_files().await.unwrap(), Vec::<i64>::new());
    assert_eq!(store.forget_exports(NOW + 6).await.unwrap(), 1);
    assert_eq!(store.exports(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_crash_fails_what_ran_and_keeps_what_waited() {
    let (store, database) = store().await;
    let direct = store.add_export(&new(ExportKind::Direct)).await.unwrap();
    let ran = store.add_export(&new(ExportKind::Job)).await.unwrap();
    let waits = store.add_export(&new(ExportKind::Job)).await.unwrap();
    store.begin_export(ran, NOW + 2).await.unwrap();
    let elsewhere = Store::open(database.url(), Options { site: "elsewhere".into() }).unwrap();
    assert_eq!(elsewhere.fail_interrupted_exports(NOW + 9, "the server stopped").await.unwrap(), 0);
    assert_eq!(store.fail_interrupted_exports(NOW + 9, "the server stopped").await.unwrap(), 2);
    let lines = store.exports(None, 10).await.unwrap();
    let states: Vec<_> = lines.iter().map(|line| (line.id, line.state, line.error.as_deref())).collect();
    let stopped = Some("the server stopped");
    let failed = ExportState::Failed;
    assert_eq!(
        states,
        [(waits, ExportState::Queued, None), (ran, failed, stopped), (direct, failed, stopped)]
    );
    assert_eq!(store.exports(Some(ran), 10).await.unwrap().len(), 1);
    assert_eq!((store.waiting_exports().await.unwrap(), elsewhere.waiting_exports().await.unwrap()), (1, 0));
    assert!(elsewhere.export_line(ran).await.unwrap().is_none(), "another site's exports are its own");
}
