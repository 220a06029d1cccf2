use api_types::{Activity, Profile, page::next_from_link};
use axum::http::header;

use crate::support::{Api, Client, messages};

/// Fetches all pages of a feed.
async fn all_pages(client: &Client<'_>, path: &str) -> Vec<Vec<Activity>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let response = client.get(&path).await;
        next = next_from_link(response.header(header::LINK)).map(str::to_owned);
        pages.push(response.json());
    }
    pages
}

#[tokio::test]
async fn home_feed_is_newest_first_with_the_first_replies() {
    let api = Api::start().await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    assert!(feed.is_sorted_by(|newer, older| newer.created_at >= older.created_at));
    assert!(feed.iter().all(|crud| crud.expires_at > crud.created_at));

    let cloud = feed
        .iter()
        .find(|crud| crud.message == "Cloud is very fun!")
        .unwrap();
    assert_eq!(cloud.replies_count, 1);
    assert_eq!(messages(&cloud.replies), ["This post has no honor!"]);
    assert_eq!(
        cloud.replies[0].reply_to_activity_uuid.as_ref(),
        Some(&cloud.uuid)
    );
    assert_eq!(cloud.replies[0].expires_at, None);
}

#[tokio::test]
async fn pages_have_no_gaps_or_duplicates() {
    let api = Api::start().await;
    let pages = all_pages(&api.visitor(), "/api/activities/home").await;
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [20, 17]);

    let mut uuids: Vec<String> = pages.into_iter().flatten().map(|crud| crud.uuid).collect();
    uuids.sort();
    uuids.dedup();
    assert_eq!(uuids.len(), 37);
}

#[tokio::test]
async fn new_crud_does_not_shift_the_next_page() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let response = worf.get("/api/activities/home").await;
    let first: Vec<Activity> = response.json();
    worf.crud("I have arrived").await;
    let next = next_from_link(response.header(header::LINK)).unwrap();
    let second: Vec<Activity> = worf.get(next).await.json();
    assert!(second.iter().all(|crud| !first.contains(crud)));
    assert!(second[0].created_at < first[19].created_at);
}

#[tokio::test]
async fn cruds_of_the_same_millisecond_are_paged() {
    let api = Api::start().await;
    api.execute("UPDATE activities SET created_at = 1000").await;
    let pages = all_pages(&api.visitor(), "/api/activities/home").await;
    assert_eq!(pages.iter().map(Vec::len).sum::<usize>(), 37);
}

#[tokio::test]
async fn invalid_cursor_is_400() {
    let api = Api::start().await;
    api.visitor()
        .get("/api/activities/home?before=yesterday")
        .await
        .assert_problem(400);
}

#[tokio::test]
async fn feed_of_an_account_has_its_cruds_only() {
    let api = Api::start().await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/@WORF").await.json();
    assert!(
        feed.iter()
            .all(|crud| crud.handle == "worf" && crud.reply_to_activity_uuid.is_none())
    );

    let profile: Profile = api.visitor().get("/api/users/@worf").await.json();
    assert_eq!(profile.display_name, "Worf");
    assert_eq!(profile.cruds_count as usize, feed.len());
}

#[tokio::test]
async fn expired_cruds_are_not_served() {
    let api = Api::start().await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    api.execute("UPDATE activities SET expires_at = created_at + 1")
        .await;

    let visitor = api.visitor();
    let empty: [Activity; 0] = [];
    assert_eq!(
        visitor
            .get("/api/activities/home")
            .await
            .json::<Vec<Activity>>(),
        empty
    );
    assert_eq!(
        visitor
            .get("/api/activities/@worf")
            .await
            .json::<Vec<Activity>>(),
        empty
    );
    let found = visitor.get("/api/activities/search?term=cloud").await;
    assert_eq!(found.json::<Vec<Activity>>(), empty);
    visitor
        .get(&format!("/api/activities/{}", feed[0].uuid))
        .await
        .assert_problem(404);
    assert_eq!(
        visitor
            .get("/api/users/@worf")
            .await
            .json::<Profile>()
            .cruds_count,
        0
    );
    assert_eq!(visitor.get("/api/trending").await.text, "[]");

    let worf = api.signed_in("worf").await;
    worf.put(&format!("/api/activities/{}/like", feed[0].uuid))
        .await
        .assert_problem(404);
    let mine = worf.get("/api/activities/notifications").await;
    assert_eq!(mine.json::<Vec<Activity>>(), empty);
}
