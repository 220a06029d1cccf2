use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::support::Api;

const NOBODYS: &str = "/api/activities/00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn the_health_check_answers_with_the_version() {
    let api = Api::start().await;
    let health: Value = api.visitor().get("/api/health-check").await.json();
    assert_eq!(
        health,
        json!({ "success": true, "version": env!("CARGO_PKG_VERSION") })
    );
}

#[tokio::test]
async fn answers_are_not_cached_sniffed_or_framed() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let home = visitor.get("/api/activities/home").await;
    let unknown = visitor.get("/api/nothing").await;
    let refused = visitor.put("/api/health-check").await;
    for answer in [home, unknown, refused] {
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin");
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
    }
}

#[tokio::test]
async fn what_needs_an_account_is_401_without_one() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let crud = json!({ "message": "hi", "ttl": "1-day" });
    visitor
        .post("/api/activities", &crud)
        .await
        .assert_problem(401);
    visitor
        .post(&format!("{NOBODYS}/reply"), &crud)
        .await
        .assert_problem(401);
    visitor
        .put(&format!("{NOBODYS}/like"))
        .await
        .assert_problem(401);
    visitor
        .delete(&format!("{NOBODYS}/repost"))
        .await
        .assert_problem(401);
    visitor.delete(NOBODYS).await.assert_problem(401);
    visitor
        .get("/api/activities/notifications")
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    worf.get("/api/nothing").await.assert_problem(404);
    worf.get(NOBODYS).await.assert_problem(404);
    worf.delete(NOBODYS).await.assert_problem(404);
    worf.put(&format!("{NOBODYS}/like"))
        .await
        .assert_problem(404);
    worf.delete(&format!("{NOBODYS}/repost"))
        .await
        .assert_problem(404);
    worf.post(&format!("{NOBODYS}/reply"), &json!({ "message": "hi" }))
        .await
        .assert_problem(404);
    worf.get("/api/activities/@nobody")
        .await
        .assert_problem(404);
    worf.get("/api/users/@nobody").await.assert_problem(404);
}

#[tokio::test]
async fn a_wrong_method_is_405_and_says_which_are_right() {
    let api = Api::start().await;
    let answer = api.visitor().delete("/api/activities/home").await;
    answer.assert_problem(405);
    assert_eq!(answer.header(header::ALLOW), "GET,HEAD");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = json!({ "message": "x".repeat(17 * 1024), "ttl": "1-day" });
    worf.post("/api/activities", &crud)
        .await
        .assert_problem(413);
}

#[tokio::test]
async fn the_longest_reply_fits_into_the_body_limit_however_it_is_escaped() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("long answers, please").await;
    let body = format!(r#"{{"message":"{}"}}"#, r"\ud83c\udf89".repeat(1024));
    let path = format!("/api/activities/{}/reply", crud.uuid);
    let answer = worf.send(Method::POST, &path, Body::from(body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_said_to_be_so() {
    let api = Api::start().await;
    let answer = api
        .visitor()
        .send(Method::POST, "/api/auth/signin", Body::from("{"))
        .await;
    assert_eq!(answer.error().0, 400);

    let form = Request::post("/api/auth/signin")
        .body(Body::from("email=worf"))
        .unwrap();
    api.visitor().send_request(form).await.assert_problem(415);
}

#[tokio::test]
async fn a_fault_of_ours_is_500_and_keeps_its_reason() {
    let api = Api::start().await;
    api.execute("DROP TABLE activity_likes").await;
    let answer = api.visitor().get("/api/activities/home").await;
    answer.assert_problem(500);
    assert!(!answer.text.contains("activity_likes"), "{}", answer.text);
}
