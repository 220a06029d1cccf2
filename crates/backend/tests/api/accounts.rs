use api_types::Me;
use axum::http::header;
use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let api = Api::start().await;
    let credentials = json!({ "email": " Worf@Example.com ", "password": "cruddur-demo" });
    let answer = api.visitor().post("/api/auth/signin", &credentials).await;
    assert_eq!(answer.json::<Me>().handle, "worf");
    let cookie = answer.header(header::SET_COOKIE);
    assert!(cookie.starts_with("cruddur_session="), "{cookie}");
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"),
        "{cookie}"
    );
}

#[tokio::test]
async fn wrong_credentials_are_one_answer_whoever_they_name() {
    let api = Api::start().await;
    let sign_in = async |email: &str| {
        let credentials = json!({ "email": email, "password": "wrong" });
        api.visitor().post("/api/auth/signin", &credentials).await
    };
    let (known, unknown) = (
        sign_in("worf@example.com").await,
        sign_in("q@example.com").await,
    );
    known.assert_problem(401);
    assert_eq!(known.text, unknown.text);
    assert_eq!(known.header(header::SET_COOKIE), "");
}

#[tokio::test]
async fn an_incomplete_sign_in_has_a_code_per_field() {
    let api = Api::start().await;
    let answer = api
        .visitor()
        .post("/api/auth/signin", &json!({ "email": null }))
        .await;
    assert_eq!(
        answer.error(),
        (422, json!(["email_blank", "password_blank"]))
    );
}

#[tokio::test]
async fn a_session_lasts_until_the_sign_out() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    assert_eq!(
        worf.get("/api/auth/me").await.json::<Me>().display_name,
        "Worf"
    );

    let answer = worf.post("/api/auth/signout", &json!({})).await;
    assert_eq!(answer.status.as_u16(), 204);
    assert!(
        answer
            .header(header::SET_COOKIE)
            .starts_with("cruddur_session=; ")
    );
    assert_eq!(worf.get("/api/auth/me").await.json::<Value>(), Value::Null);
    worf.get("/api/activities/notifications")
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn a_visitor_is_nobody_and_may_sign_out_all_the_same() {
    let api = Api::start().await;
    assert_eq!(
        api.visitor().get("/api/auth/me").await.json::<Value>(),
        Value::Null
    );
    let answer = api.visitor().post("/api/auth/signout", &json!({})).await;
    assert_eq!(answer.status.as_u16(), 204);
}

#[tokio::test]
async fn an_expired_session_is_no_session() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    api.execute("UPDATE sessions SET expires_at = 1").await;
    assert_eq!(worf.get("/api/auth/me").await.json::<Value>(), Value::Null);
}

#[tokio::test]
async fn neither_password_nor_token_is_in_the_database() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let (token_sha256, password_hash): (String, String) =
        sqlx::query_as("SELECT token_sha256, password_hash FROM sessions, users LIMIT 1")
            .fetch_one(api.db.reader())
            .await
            .unwrap();
    assert!(!worf.cookie.unwrap().contains(&token_sha256));
    assert!(password_hash.starts_with("$argon2id$"), "{password_hash}");
}
