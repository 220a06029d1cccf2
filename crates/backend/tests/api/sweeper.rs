//! Expired and deleted data is removed from the file, without blocking requests.

use std::time::{Duration, Instant};

use api_types::Activity;
use opentelemetry::context::FutureExt;
use serde_json::json;
use tokio::time::sleep;

use crate::{
    support::Api,
    traces::recorded::{Trace, context, traceparent},
};

/// A test fails if a sweep takes longer. It says nothing about latency.
const SWEEP_TIMEOUT: Duration = Duration::from_secs(60);
/// A word that occurs nowhere else.
const SECRET: &str = "qzxjkvwpf";

async fn wait_until(what: &str, mut is_done: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_done().await {
        assert!(begin.elapsed() < SWEEP_TIMEOUT, "timed out: {what}");
        sleep(Duration::from_millis(50)).await;
    }
}

fn contains_secret(api: &Api) -> bool {
    let bytes = api.bytes();
    bytes
        .windows(SECRET.len())
        .any(|window| window == SECRET.as_bytes())
}

#[tokio::test]
async fn expired_cruds_and_sessions_are_removed_from_the_file() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud(&format!("The word is {SECRET} #{SECRET}")).await;
    let path = format!("/api/activities/{}", crud.uuid);
    let message = json!({ "message": format!("{SECRET}! {SECRET}?") });
    worf.post(&format!("{path}/reply"), &message).await;
    worf.put(&format!("{path}/like")).await;
    assert!(contains_secret(&api));
    api.execute("UPDATE activities SET expires_at = 1000; UPDATE sessions SET expires_at = 1000")
        .await;

    let parent = traceparent(401);
    let sweeper = tokio::spawn(api.state.sweep().with_context(context(&parent)));
    wait_until("rows are deleted", async || {
        api.number(
            "SELECT (SELECT count(*) FROM activities) + (SELECT count(*) FROM sessions) \
             + (SELECT count(*) FROM activity_likes) + (SELECT count(*) FROM activity_hashtags) \
             + (SELECT count(*) FROM activity_mentions) + (SELECT count(*) FROM activity_search)",
        )
        .await
            == 0
    })
    .await;
    wait_until("the file does not contain the word", async || {
        !contains_secret(&api)
    })
    .await;
    wait_until("the span has ended", async || {
        Trace::of(&parent).has("sweep_expired")
    })
    .await;
    sweeper.abort();
    let swept = |what| Trace::of(&parent).attribute("sweep_expired", what);
    assert!(swept("app.swept_activities").parse::<u32>().unwrap() > 40);
    assert_eq!(swept("app.swept_sessions"), "1");
    api.execute("INSERT INTO activities_text (activities_text) VALUES ('integrity-check')")
        .await;
}

#[tokio::test]
async fn only_expired_keys_and_devices_are_deleted() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    api.signed_in("londo").await;
    for key in ["old", "new"] {
        worf.with("idempotency-key", key).crud("hi").await;
    }
    api.execute(
        "UPDATE idempotency_keys SET expires_at = 1000 WHERE key = 'old'; \
         UPDATE known_devices SET expires_at = 1000 WHERE id = 1",
    )
    .await;
    let rows = "SELECT 10 * (SELECT count(*) FROM idempotency_keys) \
                + (SELECT count(*) FROM known_devices)";
    assert_eq!(api.number(rows).await, 22);
    let sweeper = tokio::spawn(api.state.sweep());
    wait_until("the expired ones are deleted", async || {
        api.number(rows).await == 11
    })
    .await;
    sweeper.abort();
}

#[tokio::test]
async fn unexpired_data_is_not_deleted() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before = api.number("SELECT count(*) FROM activities").await;
    worf.crud("short").await;
    api.execute("UPDATE activities SET expires_at = 1000 WHERE message = 'short'")
        .await;
    let sweeper = tokio::spawn(api.state.sweep());
    wait_until("the expired one is deleted", async || {
        api.number("SELECT count(*) FROM activities").await == before
    })
    .await;
    sweeper.abort();
    assert_eq!(worf.get("/api/auth/me").await.status.as_u16(), 200);
    assert_eq!(api.number("SELECT count(*) FROM sessions").await, 1);
}

#[tokio::test]
async fn deleted_crud_is_removed_from_the_file() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    let sweeper = tokio::spawn(api.state.sweep());
    let crud = worf.crud(SECRET).await;
    worf.delete(&format!("/api/activities/{}", crud.uuid)).await;
    wait_until("the file does not contain the word", async || {
        !contains_secret(&api)
    })
    .await;
    sweeper.abort();
}

#[tokio::test]
async fn crud_with_many_replies_is_hidden_immediately_and_deleted_in_steps() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let before = api.number("SELECT count(*) FROM activities").await;
    let crud = worf.crud("Debate!").await;
    let path = format!("/api/activities/{}", crud.uuid);
    let message = json!({ "message": SECRET });
    let reply: Activity = londo.post(&format!("{path}/reply"), &message).await.json();
    let nested = format!("/api/activities/{}/reply", reply.uuid);
    londo.post(&nested, &message).await.json::<Activity>();
    api.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000) \
         INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id) \
         SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2), 1 + n % 5, 'Point ' || n, \
                a.created_at + n, a.expires_at, a.id \
         FROM numbers, (SELECT * FROM activities WHERE message = 'Debate!') AS a",
    )
    .await;

    assert_eq!(worf.delete(&path).await.status.as_u16(), 204);
    worf.get(&path).await.assert_problem(404);
    let found = worf.get("/api/activities/search?term=point").await;
    assert_eq!(found.text, "[]");
    worf.get(&format!("/api/activities/{}", reply.uuid))
        .await
        .assert_problem(404);

    let sweeper = tokio::spawn(api.state.sweep());
    wait_until("all replies are deleted", async || {
        // Other requests are not blocked.
        let posted = worf.crud("Others write meanwhile").await;
        worf.delete(&format!("/api/activities/{}", posted.uuid))
            .await;
        api.number("SELECT count(*) FROM activities").await == before
    })
    .await;
    sweeper.abort();
}
