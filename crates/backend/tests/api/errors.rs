use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::support::Api;

const UNKNOWN_CRUD: &str = "/api/activities/00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn health_check_returns_the_version() {
    let api = Api::start().await;
    let health: Value = api.visitor().get("/api/health-check").await.json();
    assert_eq!(
        health,
        json!({ "success": true, "version": env!("CARGO_PKG_VERSION") })
    );
}

#[tokio::test]
async fn responses_have_security_headers() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let home = visitor.get("/api/activities/home").await;
    let unknown = visitor.get("/api/nothing").await;
    let rejected = visitor.put("/api/health-check").await;
    for response in [home, unknown, rejected] {
        assert_eq!(response.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(response.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(response.header(header::REFERRER_POLICY), "same-origin");
        let policy = response.header(header::CONTENT_SECURITY_POLICY);
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
    }
}

#[tokio::test]
async fn requests_that_need_an_account_are_401_without_one() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let crud = json!({ "message": "hi", "ttl": "1-day" });
    visitor
        .post("/api/activities", &crud)
        .await
        .assert_problem(401);
    visitor
        .post(&format!("{UNKNOWN_CRUD}/reply"), &crud)
        .await
        .assert_problem(401);
    visitor
        .put(&format!("{UNKNOWN_CRUD}/like"))
        .await
        .assert_problem(401);
    visitor
        .delete(&format!("{UNKNOWN_CRUD}/repost"))
        .await
        .assert_problem(401);
    visitor.delete(UNKNOWN_CRUD).await.assert_problem(401);
    visitor
        .get("/api/activities/notifications")
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn unknown_resources_are_404() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    worf.get("/api/nothing").await.assert_problem(404);
    worf.get(UNKNOWN_CRUD).await.assert_problem(404);
    worf.delete(UNKNOWN_CRUD).await.assert_problem(404);
    worf.put(&format!("{UNKNOWN_CRUD}/like"))
        .await
        .assert_problem(404);
    worf.delete(&format!("{UNKNOWN_CRUD}/repost"))
        .await
        .assert_problem(404);
    worf.post(
        &format!("{UNKNOWN_CRUD}/reply"),
        &json!({ "message": "hi" }),
    )
    .await
    .assert_problem(404);
    worf.get("/api/activities/@nobody")
        .await
        .assert_problem(404);
    worf.get("/api/users/@nobody").await.assert_problem(404);
}

#[tokio::test]
async fn wrong_method_is_405_with_allow() {
    let api = Api::start().await;
    let response = api.visitor().delete("/api/activities/home").await;
    response.assert_problem(405);
    assert_eq!(response.header(header::ALLOW), "GET,HEAD");
}

#[tokio::test]
async fn oversized_body_is_413() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = json!({ "message": "x".repeat(17 * 1024), "ttl": "1-day" });
    worf.post("/api/activities", &crud)
        .await
        .assert_problem(413);
}

#[tokio::test]
async fn longest_reply_fits_into_the_body_limit_when_escaped() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("long responses, please").await;
    let body = format!(r#"{{"message":"{}"}}"#, r"\ud83c\udf89".repeat(1024));
    let path = format!("/api/activities/{}/reply", crud.uuid);
    let response = worf.send(Method::POST, &path, Body::from(body)).await;
    assert_eq!(response.status.as_u16(), 200, "{}", response.text);
}

#[tokio::test]
async fn malformed_json_is_400_and_other_content_types_are_415() {
    let api = Api::start().await;
    let response = api
        .visitor()
        .send(Method::POST, "/api/auth/signin", Body::from("{"))
        .await;
    assert_eq!(response.error().0, 400);

    let form = Request::post("/api/auth/signin")
        .body(Body::from("email=worf"))
        .unwrap();
    api.visitor().send_request(form).await.assert_problem(415);
}

#[tokio::test]
async fn server_fault_is_500_without_its_cause() {
    let api = Api::start().await;
    api.execute("DROP TABLE activity_likes").await;
    let response = api.visitor().get("/api/activities/home").await;
    response.assert_problem(500);
    assert!(
        !response.text.contains("activity_likes"),
        "{}",
        response.text
    );
}
