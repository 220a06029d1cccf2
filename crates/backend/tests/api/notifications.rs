use api_types::{Activity, Me, NotificationKind};
use serde_json::json;

use crate::support::{Api, Client};

const READ: &str = "/api/activities/notifications/read";

async fn events(client: &Client<'_>) -> Vec<(NotificationKind, String, bool)> {
    let activities: Vec<Activity> = client.get("/api/activities/notifications").await.json();
    let notifications = activities
        .into_iter()
        .map(|activity| activity.notification.unwrap());
    notifications
        .map(|it| (it.kind, it.handle, it.unread))
        .collect()
}

async fn unread(client: &Client<'_>) -> u32 {
    client
        .get("/api/auth/me")
        .await
        .json::<Me>()
        .unread_notifications_count
}

#[tokio::test]
async fn replies_likes_reposts_and_mentions_are_unread_until_marked() {
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

    let mut newest = events(&worf).await;
    newest.truncate(4);
    for kind in [
        NotificationKind::Reply,
        NotificationKind::Like,
        NotificationKind::Repost,
        NotificationKind::Mention,
    ] {
        assert!(
            newest.contains(&(kind, "londo".to_owned(), true)),
            "{kind:?} in {newest:?}"
        );
    }
    assert_eq!(unread(&worf).await, 4);
    assert_eq!(worf.post(READ, &json!({})).await.status.as_u16(), 204);
    assert_eq!(unread(&worf).await, 0);
    assert!(events(&worf).await.iter().all(|(_, _, unread)| !unread));
}

#[tokio::test]
async fn fetching_notifications_does_not_mark_them_as_read() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before = (unread(&worf).await, events(&worf).await);
    assert!(before.0 > 0);
    events(&worf).await;
    assert_eq!((unread(&worf).await, events(&worf).await), before);
}

#[tokio::test]
async fn notifications_up_to_a_time_become_read_and_stay_so() {
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
async fn own_actions_do_not_notify() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before = events(&worf).await.len();
    let crud = worf.crud("@worf speaks of @worf").await;
    worf.put(&format!("/api/activities/{}/like", crud.uuid))
        .await;
    assert_eq!(events(&worf).await.len(), before);
}

#[tokio::test]
async fn removed_like_does_not_notify() {
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
