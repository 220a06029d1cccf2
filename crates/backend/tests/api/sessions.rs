use api_types::Me;
use axum::http::header;
use cruddur_backend::security::SecuritySettings;
use serde_json::{Value, json};

use crate::support::{Api, Client};

const EVERYWHERE: &str = "/api/auth/signout-everywhere";

async fn is_signed_in(client: &Client<'_>) -> bool {
    client.get("/api/auth/me").await.json::<Value>() != Value::Null
}

#[tokio::test]
async fn sign_in_ends_the_browsers_previous_session() {
    let api = Api::start().await;
    let (worf, elsewhere) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let response = worf.sign_in("worf", "cruddur-demo").await;
    assert!(!is_signed_in(&worf).await);
    let again = api.visitor().with_cookie(response.session_cookie());
    assert!(is_signed_in(&again).await && is_signed_in(&elsewhere).await);
}

#[tokio::test]
async fn sign_in_to_another_account_ends_the_previous_session() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let response = worf.sign_in("londo", "cruddur-demo").await;
    assert_eq!(response.json::<Me>().handle, "londo");
    assert!(!is_signed_in(&worf).await);
}

#[tokio::test]
async fn failed_sign_in_does_not_end_the_session() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    worf.sign_in("worf", "wrong").await.assert_problem(401);
    assert!(is_signed_in(&worf).await);
}

#[tokio::test]
async fn sign_out_everywhere_ends_all_sessions_of_the_account_only() {
    let api = Api::start().await;
    let (here, there) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let londo = api.signed_in("londo").await;
    let response = here.post(EVERYWHERE, &json!({})).await;
    assert_eq!(response.status.as_u16(), 204);
    assert!(response.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert!(!is_signed_in(&here).await && !is_signed_in(&there).await);
    assert!(is_signed_in(&londo).await);
    here.post(EVERYWHERE, &json!({})).await.assert_problem(401);
    api.visitor()
        .post(EVERYWHERE, &json!({}))
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn secure_cookies_have_the_host_prefix() {
    let api = Api::with(SecuritySettings {
        secure_cookies: true,
        ..SecuritySettings::default()
    })
    .await;
    let response = api.visitor().sign_in("worf", "cruddur-demo").await;
    for cookie in response.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-cruddur_"), "{cookie}");
        assert!(
            cookie.contains("; Path=/;") && cookie.contains("; Secure;"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let worf = api.visitor().with_cookie(response.session_cookie());
    assert!(is_signed_in(&worf).await);
    let forged = response.session_cookie().replace("__Host-", "");
    let forged = api.visitor().with_cookie(forged);
    assert!(!is_signed_in(&forged).await);
    let out = worf.post("/api/auth/signout", &json!({})).await;
    assert!(
        out.header(header::SET_COOKIE)
            .starts_with("__Host-cruddur_session=; ")
    );
}

#[tokio::test]
async fn devices_are_stored_by_token_hash_and_limited_in_number() {
    let api = Api::start().await;
    let response = api.visitor().sign_in("worf", "cruddur-demo").await;
    let device = response.cookies().remove(1);
    let token = device.strip_prefix("cruddur_device=").unwrap();
    let same = api.visitor().with_cookie(device.clone());
    let again = same.sign_in("worf", "cruddur-demo").await;
    assert_eq!(again.cookies()[1], device);
    let forged = api
        .visitor()
        .with_cookie(format!("cruddur_device={}", "a".repeat(64)));
    let other = forged.sign_in("worf", "cruddur-demo").await;
    assert_ne!(other.cookies()[1], forged.cookie.unwrap());

    for _ in 0..25 {
        api.signed_in("worf").await;
    }
    let stored = api.texts("SELECT token_sha256 FROM known_devices").await;
    assert!(stored.len() == 20 && !stored.iter().any(|it| it == token));
}
