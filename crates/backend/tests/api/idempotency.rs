use api_types::Activity;
use serde_json::{Value, json};

use crate::support::{Api, Client, Response};

const CRUDS: &str = "/api/activities";

fn crud(message: &str) -> Value {
    json!({ "message": message, "ttl": "1-day" })
}

async fn keyed(client: &Client<'_>, key: &str, path: &str, body: &Value) -> Response {
    client.with("idempotency-key", key).post(path, body).await
}

fn replayed(response: &Response) -> bool {
    response.headers.contains_key("idempotent-replayed")
}

#[tokio::test]
async fn repeated_crud_is_created_once_with_the_same_response() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let first = keyed(&worf, "click-1", CRUDS, &crud("#once for @londo")).await;
    assert!(!replayed(&first));
    for _ in 0..5 {
        let again = keyed(&worf, "click-1", CRUDS, &crud("#once for @londo")).await;
        assert_eq!(again.json::<Activity>(), first.json::<Activity>());
        assert!(replayed(&again));
    }
    let written = "SELECT count(*) FROM activities WHERE message LIKE '#once%'";
    assert_eq!(api.number(written).await, 1);
    let feed: Vec<Activity> = worf.get("/api/activities/home").await.json();
    assert_eq!(feed[0], first.json::<Activity>());
}

#[tokio::test]
async fn repeated_reply_is_created_once_with_the_same_response() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let path = format!("{CRUDS}/{}", worf.crud("Response me.").await.uuid);
    let reply = format!("{path}/reply");
    let body = json!({ "message": "Bold." });
    let first: Activity = keyed(&londo, "click-1", &reply, &body).await.json();
    let again: Activity = keyed(&londo, "click-1", &reply, &body).await.json();
    assert_eq!(first, again);
    let [shown]: [Activity; 1] = worf.get(&path).await.json();
    assert_eq!((shown.replies_count, shown.replies), (1, vec![first]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_requests_with_one_key_create_one_crud() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let body = crud("once");
    let attempts = (0..20).map(|_| keyed(&worf, "click-1", CRUDS, &body));
    let responses = futures_util::future::join_all(attempts).await;
    let uuid = responses[0].json::<Activity>().uuid;
    assert!(
        responses
            .iter()
            .all(|it| it.json::<Activity>().uuid == uuid)
    );
    assert_eq!(responses.iter().filter(|it| !replayed(it)).count(), 1);
    let written = "SELECT count(*) FROM activities WHERE message = 'once'";
    assert_eq!(api.number(written).await, 1);
}

#[tokio::test]
async fn key_with_a_different_request_is_422() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let first: Activity = keyed(&worf, "click-1", CRUDS, &crud("one")).await.json();
    let reused = (422, json!(["idempotency_key_reused"]));
    let reply = format!("{CRUDS}/{}/reply", first.uuid);
    for (path, body) in [
        (CRUDS, crud("two")),
        (CRUDS, json!({ "message": "one", "ttl": "1-hour" })),
        (&reply, crud("one")),
    ] {
        let response = keyed(&worf, "click-1", path, &body).await;
        assert_eq!(response.error(), reused, "{path} {body}");
    }
    let [shown]: [Activity; 1] = worf.get(&format!("{CRUDS}/{}", first.uuid)).await.json();
    assert_eq!(shown.replies_count, 0);
    let same = json!({ "ttl": "1-day", "color": "red", "message": "one" });
    assert!(replayed(&keyed(&worf, "click-1", CRUDS, &same).await));
}

#[tokio::test]
async fn keys_of_different_accounts_are_independent() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let by_worf: Activity = keyed(&worf, "1", CRUDS, &crud("hi")).await.json();
    let by_londo: Activity = keyed(&londo, "1", CRUDS, &crud("ho")).await.json();
    assert_eq!(
        (by_worf.handle, by_londo.handle),
        ("worf".to_owned(), "londo".to_owned())
    );
    keyed(&api.visitor(), "1", CRUDS, &crud("hi"))
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn rejected_request_may_be_corrected_under_the_same_key() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let blank = keyed(&worf, "click-1", CRUDS, &crud(" ")).await;
    assert_eq!(blank.error(), (422, json!(["message_blank"])));
    let gone = format!("{CRUDS}/00000000-0000-4000-8000-000000000000/reply");
    keyed(&worf, "click-1", &gone, &crud("hi"))
        .await
        .assert_problem(404);
    assert!(!replayed(
        &keyed(&worf, "click-1", CRUDS, &crud("hi")).await
    ));
}

#[tokio::test]
async fn requests_without_a_key_are_all_executed() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    assert_ne!(worf.crud("hi").await.uuid, worf.crud("hi").await.uuid);
}

#[tokio::test]
async fn invalid_key_is_400() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let long = "k".repeat(256);
    for key in ["", "\"\"", "a b", "a,b", &long, "é"] {
        let response = keyed(&worf, key, CRUDS, &crud("never")).await;
        response.assert_problem(400);
        assert!(
            response.text.contains("Idempotency-Key"),
            "{}",
            response.text
        );
    }
    let two = worf.with("idempotency-key", "a");
    keyed(&two, "b", CRUDS, &crud("never"))
        .await
        .assert_problem(400);
    let longest = "k".repeat(255);
    keyed(&worf, &longest, CRUDS, &crud("ever"))
        .await
        .json::<Activity>();
    let written = "SELECT count(*) FROM activities WHERE message = 'never'";
    assert_eq!(api.number(written).await, 0);
}

#[tokio::test]
async fn repeated_request_does_not_restore_a_deleted_crud() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let first: Activity = keyed(&worf, "click-1", CRUDS, &crud("regrets"))
        .await
        .json();
    let path = format!("{CRUDS}/{}", first.uuid);
    assert_eq!(worf.delete(&path).await.status.as_u16(), 204);
    let again: Activity = keyed(&worf, "click-1", CRUDS, &crud("regrets"))
        .await
        .json();
    assert_eq!(again, first);
    worf.get(&path).await.assert_problem(404);
}

#[tokio::test]
async fn key_is_stored_for_a_day() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    keyed(&worf, "click-1", CRUDS, &crud("hi")).await;
    let hours = "SELECT (expires_at - created_at) / 3600000 FROM idempotency_keys";
    assert_eq!(api.number(hours).await, 24);
    api.execute("UPDATE idempotency_keys SET expires_at = 1")
        .await;
    assert!(!replayed(
        &keyed(&worf, "click-1", CRUDS, &crud("ho")).await
    ));
    assert!(replayed(&keyed(&worf, "click-1", CRUDS, &crud("ho")).await));
}

#[tokio::test]
async fn message_is_not_stored_with_the_key() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    keyed(&worf, "click-1", CRUDS, &crud("a secret of mine")).await;
    let stored = "SELECT count(*) FROM idempotency_keys \
                WHERE key || request_sha256 || activity_uuid LIKE '%secret%'";
    assert_eq!(api.number(stored).await, 0);
}
