//! The store against a real PostgreSQL.

mod clients;
mod config;
mod events;
mod export;
mod exports;
mod log;
mod pages;
mod ramps;
mod split;
mod tally;
mod views;

use store::{Options, Store};
use test_support::Database;

/// A migrated store in a database of its own.
async fn store() -> (Store, Database) {
    let database = Database::new().await;
    let store = Store::open(database.url(), Options { site: "leader".into() }).unwrap();
    store.migrate().await.unwrap();
    (store, database)
}

#[tokio::test]
async fn a_database_that_is_not_there_is_away_and_says_no_password() {
    let url = "postgres://someone:secret@127.0.0.1:1/nothing";
    let store = Store::open(url, Options { site: "leader".into() }).unwrap();
    let error = store.ping().await.unwrap_err();
    assert!(error.is_away(), "{error:?}");
    assert!(!error.to_string().contains("secret"));
    let Err(error) = Store::open("postgres://u:secret@h:notaport/d", Options { site: "leader".into() })
    else {
        panic!("a URL without a port number was taken");
    };
    assert!(!error.to_string().contains("secret"), "{error}");
}
