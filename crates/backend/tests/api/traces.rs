use opentelemetry::trace::SpanKind;
use serde_json::json;

use crate::{
    support::Api,
    traces::recorded::{Trace, traceparent},
};

pub(crate) mod recorded;

#[tokio::test]
async fn home_feed_has_a_server_span_a_service_span_and_sql_spans() {
    let api = Api::start().await;
    let parent = traceparent(1);
    api.visitor()
        .traced(&parent)
        .get("/api/activities/home?x=1")
        .await;

    let trace = Trace::of(&parent);
    trace.assert_tree(
        "GET /api/activities/home
           home-activities-mock-data
             SELECT activities
             SELECT activities",
    );
    let server = trace.span("GET /api/activities/home");
    assert_eq!(server.span_kind, SpanKind::Server);
    assert!(server.parent_span_is_remote);
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/activities/home"),
        ("http.response.status_code", "200"),
        ("url.path", "/api/activities/home"),
        ("url.query", "x=1"),
        ("url.scheme", "http"),
    ] {
        assert_eq!(trace.attribute(&server.name, key), value, "{key}");
    }
}

#[tokio::test]
async fn feed_span_has_time_and_result_length() {
    let api = Api::start().await;
    let parent = traceparent(2);
    api.visitor()
        .traced(&parent)
        .get("/api/activities/home")
        .await;

    let trace = Trace::of(&parent);
    let name = "home-activities-mock-data";
    assert_eq!(
        trace.span(name).instrumentation_scope.name(),
        "home-activities"
    );
    assert_eq!(trace.attribute(name, "app.result_length"), "20");
    let now: api_types::Timestamp = trace.attribute(name, "app.now").parse().unwrap();
    assert!(now.as_millis() > 1_700_000_000_000);
}

#[tokio::test]
async fn notifications_span_has_time_result_length_and_account() {
    let api = Api::start().await;
    let parent = traceparent(3);
    let worf = api.signed_in("worf").await;
    worf.traced(&parent)
        .get("/api/activities/notifications")
        .await;

    let trace = Trace::of(&parent);
    trace.assert_tree(
        "GET /api/activities/notifications
           authenticate
             SELECT sessions
           notification_activities
             SELECT activities",
    );
    let name = "notification_activities";
    assert_eq!(trace.attribute(name, "app.user_handle"), "worf");
    assert!(trace.attribute(name, "app.now").ends_with('Z'));
    assert!(
        trace
            .attribute(name, "app.result_length")
            .parse::<u32>()
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn statement_span_has_no_values() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("a secret").await;
    let parent = traceparent(4);
    worf.traced(&parent)
        .put(&format!("/api/activities/{}/like", crud.uuid))
        .await;

    let trace = Trace::of(&parent);
    trace.assert_tree(
        "PUT /api/activities/{uuid}/like
           authenticate
             SELECT sessions
           like_activity
             INSERT activity_likes
             SELECT activities",
    );
    let name = "INSERT activity_likes";
    assert_eq!(trace.span(name).span_kind, SpanKind::Client);
    let system = if api.database.is_postgres() {
        "postgresql"
    } else {
        "sqlite"
    };
    assert_eq!(trace.attribute(name, "db.system.name"), system);
    assert_eq!(trace.attribute(name, "db.operation.name"), "INSERT");
    assert_eq!(
        trace.attribute(name, "db.collection.name"),
        "activity_likes"
    );
    let text = trace.attribute(name, "db.query.text");
    assert!(text.contains("$1") && !text.contains(&crud.uuid), "{text}");
}

#[tokio::test]
async fn transaction_has_begin_and_commit_spans() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let parent = traceparent(5);
    worf.traced(&parent).crud("Hail @londo #tracing").await;

    Trace::of(&parent).assert_tree(
        "POST /api/activities
           authenticate
             SELECT sessions
           create_activity
             BEGIN
             INSERT activities
             INSERT activity_search
             INSERT activity_hashtags
             INSERT activity_mentions
             COMMIT",
    );
}

#[tokio::test]
async fn message_has_one_service_span_with_the_account_and_no_text() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let parent = traceparent(31);
    let body = json!({ "message": "a secret", "user_receiver_handle": "londo" });
    worf.traced(&parent).post("/api/messages", &body).await;

    let trace = Trace::of(&parent);
    // On PostgreSQL, the transaction also notifies the other back ends.
    let notify = if api.database.is_postgres() {
        "INSERT messages\n             NOTIFY"
    } else {
        "INSERT messages"
    };
    trace.assert_tree(&format!(
        "POST /api/messages
           authenticate
             SELECT sessions
           create_message
             SELECT users
             BEGIN
             INSERT message_groups
             {notify}
             COMMIT"
    ));
    assert_eq!(trace.attribute("create_message", "app.user_handle"), "worf");
    assert!(!trace.debug_output().contains("a secret"));
}

#[tokio::test]
async fn conversation_and_groups_have_one_service_span_each() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let parent = traceparent(32);
    worf.traced(&parent).get("/api/messages/@londo").await;
    let trace = Trace::of(&parent);
    trace.assert_tree(
        "GET /api/messages/@{handle}
           authenticate
             SELECT sessions
           conversation
             SELECT users
             SELECT messages",
    );
    assert_eq!(trace.attribute("conversation", "app.result_length"), "0");

    let parent = traceparent(33);
    worf.traced(&parent).get("/api/message_groups").await;
    let trace = Trace::of(&parent);
    trace.assert_tree(
        "GET /api/message_groups
           authenticate
             SELECT sessions
           message_groups
             SELECT message_groups",
    );
    assert_eq!(trace.attribute("message_groups", "app.user_handle"), "worf");
}

#[tokio::test]
async fn sign_in_has_a_span_per_step_and_no_password() {
    let api = Api::start().await;
    let parent = traceparent(6);
    let credentials = json!({ "email": "worf@example.com", "password": "cruddur-demo" });
    api.visitor()
        .traced(&parent)
        .post("/api/auth/signin", &credentials)
        .await;

    let trace = Trace::of(&parent);
    trace.assert_tree(
        "POST /api/auth/signin
           sign_in
             SELECT users
             verify_password
             DELETE sessions
             INSERT sessions
             INSERT known_devices
             DELETE known_devices
             SELECT activities
             SELECT message_groups",
    );
    assert!(!trace.debug_output().contains("cruddur-demo"));
}

#[tokio::test]
async fn unsampled_trace_is_not_recorded() {
    let api = Api::start().await;
    let parent = traceparent(7).replace("-01", "-00");
    api.visitor()
        .traced(&parent)
        .get("/api/activities/home")
        .await;
    assert!(Trace::of(&parent).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interleaved_requests_keep_their_spans_apart() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let likes = (0..20_u64).map(async |n| {
        let crud = worf.crud(&format!("number {n}")).await;
        let path = format!("/api/activities/{}/like", crud.uuid);
        let parents = [traceparent(100 + n), traceparent(200 + n)];
        let (by_worf, by_londo) = (worf.traced(&parents[0]), londo.traced(&parents[1]));
        futures_util::future::join(by_worf.put(&path), by_londo.put(&path)).await;
        parents
    });
    for [by_worf, by_londo] in futures_util::future::join_all(likes).await {
        for (parent, handle) in [(by_worf, "worf"), (by_londo, "londo")] {
            let trace = Trace::of(&parent);
            assert_eq!(trace.len(), 6);
            assert_eq!(trace.attribute("like_activity", "app.user_handle"), handle);
            assert_eq!(trace.attribute("authenticate", "app.user_handle"), handle);
        }
    }
}
