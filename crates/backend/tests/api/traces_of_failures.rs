use axum::http::Method;
use opentelemetry::trace::Status;

use crate::{
    support::Api,
    traces::recorded::{Trace, traceparent},
};

#[tokio::test]
async fn status_is_unset_for_4xx() {
    let api = Api::start().await;
    let parent = traceparent(301);
    let path = "/api/activities/@nobody";
    api.visitor()
        .traced(&parent)
        .get(path)
        .await
        .assert_problem(404);

    let trace = Trace::of(&parent);
    let name = "GET /api/activities/@{handle}";
    assert_eq!(trace.attribute(name, "http.response.status_code"), "404");
    assert_eq!(trace.span(name).status, Status::Unset);
    assert_eq!(trace.span("user_activities").status, Status::Unset);
}

#[tokio::test]
async fn status_is_error_for_5xx_with_an_exception() {
    let api = Api::start().await;
    api.execute("DROP TABLE activity_likes").await;
    let parent = traceparent(302);
    api.visitor()
        .traced(&parent)
        .get("/api/activities/home")
        .await
        .assert_problem(500);

    let trace = Trace::of(&parent);
    for name in [
        "GET /api/activities/home",
        "home-activities-mock-data",
        "SELECT activities",
    ] {
        let status = &trace.span(name).status;
        assert!(matches!(status, Status::Error { .. }), "{name}: {status:?}");
    }
    let server = trace.span("GET /api/activities/home");
    let [exception] = server.events.events.as_slice() else {
        panic!("one exception")
    };
    assert_eq!(exception.name, "exception");
    let text = format!("{:?}", exception.attributes);
    assert!(
        text.contains("sqlx::Error") && text.contains("activity_likes"),
        "{text}"
    );
    assert_eq!(
        trace.attribute("GET /api/activities/home", "error.type"),
        "500"
    );
    let no_such_table = if api.database.is_postgres() {
        "42P01"
    } else {
        "1"
    };
    let error_type = trace.attribute("SELECT activities", "error.type");
    assert_eq!(error_type, no_such_table);
}

#[tokio::test]
async fn span_name_of_an_unknown_path_is_the_method() {
    let api = Api::start().await;
    let parent = traceparent(303);
    api.visitor()
        .traced(&parent)
        .get("/api/users/@a/b/c")
        .await
        .assert_problem(404);
    Trace::of(&parent).assert_tree("GET");
}

#[tokio::test]
async fn span_name_of_an_unknown_method_is_http() {
    let api = Api::start().await;
    let parent = traceparent(304);
    let method = Method::from_bytes(b"BREW").unwrap();
    let client = api.visitor().traced(&parent);
    client
        .send(method, "/api/activities/home", "".into())
        .await
        .assert_problem(405);

    let trace = Trace::of(&parent);
    let name = "HTTP /api/activities/home";
    assert_eq!(trace.attribute(name, "http.request.method"), "_OTHER");
    assert_eq!(
        trace.attribute(name, "http.request.method_original"),
        "BREW"
    );
}

#[tokio::test]
async fn malformed_traceparent_is_ignored() {
    let api = Api::start().await;
    traceparent(305);
    let response = api
        .visitor()
        .traced("00-zz-zz-01")
        .get("/api/activities/home")
        .await;
    assert_eq!(response.status.as_u16(), 200);
}

#[tokio::test]
async fn health_check_in_a_trusted_trace_is_traced() {
    let api = Api::start().await;
    let parent = traceparent(306);
    api.visitor().traced(&parent).get("/api/health-check").await;
    Trace::of(&parent).assert_tree(
        "GET /api/health-check
           INSERT write_probe",
    );
}
