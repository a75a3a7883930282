//! Saved views of the log: whose they are, who sees them, and with which a page begins.

use store::{Kept, MAX_VIEWS, ViewText};

use crate::store;

fn text(name: &str, shared: bool) -> ViewText<'_> {
    ViewText { name, shared, query: "since=1h" }
}

#[tokio::test]
async fn a_view_is_seen_by_its_owner_and_once_shared_by_everybody() {
    let (store, _database) = store().await;
    let Kept::As(own) = store.keep_view("ana", &text("Own", false), 7).await.unwrap() else { panic!() };
    let Kept::As(shared) = store.keep_view("ana", &text("Shared", true), 7).await.unwrap() else { panic!() };
    assert_eq!(store.keep_view("ana", &text("Own", true), 8).await.unwrap(), Kept::NameTaken);
    assert!(matches!(store.keep_view("ben", &text("Own", false), 8).await.unwrap(), Kept::As(_)));

    let names = |views: Vec<api::view::SavedView>| -> Vec<(String, String)> {
        views.into_iter().map(|view| (view.owner, view.name)).collect()
    };
    let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(owner, name)| ((*owner).to_owned(), (*name).to_owned())).collect()
    };
    assert_eq!(names(store.views("ana").await.unwrap()), pairs(&[("ana", "Own"), ("ana", "Shared")]));
    assert_eq!(names(store.views("ben").await.unwrap()), pairs(&[("ben", "Own"), ("ana", "Shared")]));
    assert_eq!(store.view("ben", own).await.unwrap(), None);
    assert_eq!(store.view("ben", shared).await.unwrap().unwrap().created, 7);

    assert_eq!(store.change_view(shared, &text("Own", true)).await.unwrap(), Kept::NameTaken);
    assert_eq!(store.change_view(shared, &text("Mine", false)).await.unwrap(), Kept::As(shared));
    assert_eq!(store.change_view(4711, &text("Mine", false)).await.unwrap(), Kept::Gone);
    assert_eq!(names(store.views("ben").await.unwrap()), pairs(&[("ben", "Own")]));
    assert!(store.forget_view(own).await.unwrap() && !store.forget_view(own).await.unwrap());
}

#[tokio::test]
async fn a_page_begins_with_the_chosen_view_as_long_as_its_reader_sees_it() {
    let (store, _database) = store().await;
    let Kept::As(id) = store.keep_view("ana", &text("Errors", true), 7).await.unwrap() else { panic!() };
    store.set_default_view("ben", Some(id)).await.unwrap();
    store.set_default_view("ben", Some(id)).await.unwrap();
    assert_eq!(store.default_view("ben").await.unwrap().as_deref(), Some("since=1h"));
    assert!(store.views("ben").await.unwrap()[0].default && !store.views("ana").await.unwrap()[0].default);
    store.change_view(id, &text("Errors", false)).await.unwrap();
    assert_eq!(store.default_view("ben").await.unwrap(), None);
    store.change_view(id, &text("Errors", true)).await.unwrap();
    store.set_default_view("ben", None).await.unwrap();
    assert_eq!(store.default_view("ben").await.unwrap(), None);
    store.set_default_view("ben", Some(id)).await.unwrap();
    store.forget_view(id).await.unwrap();
    assert_eq!(store.default_view("ben").await.unwrap(), None);
}

#[tokio::test]
async fn views_of_one_owner_are_bounded() {
    let (store, _database) = store().await;
    for i in 0..MAX_VIEWS {
        assert!(matches!(
            store.keep_view("ana", &text(&i.to_string(), false), i).await.unwrap(),
            Kept::As(_)
        ));
    }
    assert_eq!(store.keep_view("ana", &text("one more", false), 0).await.unwrap(), Kept::TooMany);
    assert!(matches!(store.keep_view("ben", &text("first", false), 0).await.unwrap(), Kept::As(_)));
}
