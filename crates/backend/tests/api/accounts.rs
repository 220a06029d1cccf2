use api_types::Me;
use axum::http::header;
use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test]
async fn sign_in_sets_an_http_only_cookie() {
    let api = Api::start().await;
    let credentials = json!({ "email": " Worf@Example.com ", "password": "cruddur-demo" });
    let response = api.visitor().post("/api/auth/signin", &credentials).await;
    assert_eq!(response.json::<Me>().handle, "worf");
    let cookie = response.header(header::SET_COOKIE);
    assert!(cookie.starts_with("cruddur_session="), "{cookie}");
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"),
        "{cookie}"
    );
}

#[tokio::test]
async fn wrong_password_and_unknown_email_have_the_same_response() {
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
async fn incomplete_sign_in_has_a_code_per_field() {
    let api = Api::start().await;
    let response = api
        .visitor()
        .post("/api/auth/signin", &json!({ "email": null }))
        .await;
    assert_eq!(
        response.error(),
        (422, json!(["email_blank", "password_blank"]))
    );
}

#[tokio::test]
async fn session_ends_with_sign_out() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    assert_eq!(
        worf.get("/api/auth/me").await.json::<Me>().display_name,
        "Worf"
    );

    let response = worf.post("/api/auth/signout", &json!({})).await;
    assert_eq!(response.status.as_u16(), 204);
    assert!(
        response
            .header(header::SET_COOKIE)
            .starts_with("cruddur_session=; ")
    );
    assert_eq!(worf.get("/api/auth/me").await.json::<Value>(), Value::Null);
    worf.get("/api/activities/notifications")
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn visitor_has_no_account_and_may_sign_out() {
    let api = Api::start().await;
    assert_eq!(
        api.visitor().get("/api/auth/me").await.json::<Value>(),
        Value::Null
    );
    let response = api.visitor().post("/api/auth/signout", &json!({})).await;
    assert_eq!(response.status.as_u16(), 204);
}

#[tokio::test]
async fn expired_session_is_ignored() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    api.execute("UPDATE sessions SET expires_at = 1").await;
    assert_eq!(worf.get("/api/auth/me").await.json::<Value>(), Value::Null);
}

#[tokio::test]
async fn database_contains_neither_passwords_nor_tokens() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let stored = "SELECT token_sha256 || ' ' || password_hash FROM sessions, users LIMIT 1";
    let stored = api.texts(stored).await.remove(0);
    let (token_sha256, password_hash) = stored.split_once(' ').unwrap();
    assert!(!worf.cookie.unwrap().contains(token_sha256));
    assert!(password_hash.starts_with("$argon2id$"), "{password_hash}");
}
