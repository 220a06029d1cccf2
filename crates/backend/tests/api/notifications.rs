use api_types::{Activity, Me, NotificationKind};
use serde_json::json;

use crate::support::{Api, Caller};

const READ: &str = "/api/activities/notifications/read";

async fn events(caller: &Caller<'_>) -> Vec<(NotificationKind, String, bool)> {
    let activities: Vec<Activity> = caller.get("/api/activities/notifications").await.json();
    let notifications = activities
        .into_iter()
        .map(|activity| activity.notification.unwrap());
    notifications
        .map(|it| (it.kind, it.handle, it.unread))
        .collect()
}

async fn unread(caller: &Caller<'_>) -> u32 {
    caller
        .get("/api/auth/me")
        .await
        .json::<Me>()
        .unread_notifications_count
}

#[tokio::test]
async fn replies_likes_reposts_and_mentions_of_me_are_told_until_read() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    worf.post(READ, &json!({})).await;
    assert_eq!(unread(&worf).await, 0);

    let crud = worf.crud("Today I deploy.").await;
    let path = format!("/api/activities/{}", crud.uuid);
    londo
        .post(
            &format!("{path}/reply"),
            &json!({ "message": "Bold, @worf!" }),
        )
        .await;
    londo.put(&format!("{path}/like")).await;
    londo.put(&format!("{path}/repost")).await;
    londo.crud("I blame @worf and @nobody").await;
    assert_eq!(unread(&worf).await, 4);

    let mut told = events(&worf).await;
    told.truncate(4);
    for kind in [
        NotificationKind::Reply,
        NotificationKind::Like,
        NotificationKind::Repost,
        NotificationKind::Mention,
    ] {
        assert!(
            told.contains(&(kind, "londo".to_owned(), true)),
            "{kind:?} in {told:?}"
        );
    }
    assert_eq!(unread(&worf).await, 4);
    assert_eq!(worf.post(READ, &json!({})).await.status.as_u16(), 204);
    assert_eq!(unread(&worf).await, 0);
    assert!(events(&worf).await.iter().all(|(_, _, unread)| !unread));
}

#[tokio::test]
async fn looking_at_notifications_changes_nothing() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before = (unread(&worf).await, events(&worf).await);
    assert!(before.0 > 0);
    events(&worf).await;
    assert_eq!((unread(&worf).await, events(&worf).await), before);
}

#[tokio::test]
async fn only_what_was_seen_becomes_read_and_it_stays_so() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    worf.post(READ, &json!({})).await;
    let crud = worf.crud("Today I deploy.").await;
    let path = format!("/api/activities/{}", crud.uuid);
    londo.put(&format!("{path}/like")).await;
    let seen: Vec<Activity> = worf.get("/api/activities/notifications").await.json();
    let until = seen[0].notification.as_ref().unwrap().created_at.unwrap();
    while crate::support::now() <= until {}
    londo.put(&format!("{path}/repost")).await;

    worf.post(READ, &json!({ "until": until })).await;
    assert_eq!(unread(&worf).await, 1);
    worf.post(READ, &json!({ "until": "1999-01-01T00:00:00Z" }))
        .await;
    assert_eq!(unread(&worf).await, 1);
    worf.post(READ, &json!({ "until": "2999-01-01T00:00:00Z" }))
        .await;
    assert_eq!(unread(&worf).await, 0);
    while crate::support::now() <= until {}
    londo.crud("I blame @worf").await;
    assert_eq!(unread(&worf).await, 1);
    api.visitor()
        .post(READ, &json!({}))
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn what_i_do_myself_is_no_news_to_me() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before = events(&worf).await.len();
    let crud = worf.crud("@worf speaks of @worf").await;
    worf.put(&format!("/api/activities/{}/like", crud.uuid))
        .await;
    assert_eq!(events(&worf).await.len(), before);
}

#[tokio::test]
async fn a_like_that_is_taken_back_is_no_news() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("Today I deploy.").await;
    let path = format!("/api/activities/{}/like", crud.uuid);
    worf.post(READ, &json!({})).await;
    londo.put(&path).await;
    assert_eq!(events(&worf).await[0].0, NotificationKind::Like);
    londo.delete(&path).await;
    assert!(!events(&worf).await.iter().any(|(_, _, unread)| *unread));
}
