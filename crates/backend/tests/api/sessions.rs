use api_types::Me;
use axum::http::header;
use cruddur_backend::security::SecuritySettings;
use serde_json::{Value, json};

use crate::support::{Api, Caller};

const EVERYWHERE: &str = "/api/auth/signout-everywhere";

async fn is_signed_in(caller: &Caller<'_>) -> bool {
    caller.get("/api/auth/me").await.json::<Value>() != Value::Null
}

#[tokio::test]
async fn signing_in_again_ends_the_session_the_browser_had() {
    let api = Api::start().await;
    let (worf, elsewhere) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let answer = worf.sign_in("worf", "cruddur-demo").await;
    assert!(!is_signed_in(&worf).await);
    let again = api.visitor().holding(answer.session_cookie());
    assert!(is_signed_in(&again).await && is_signed_in(&elsewhere).await);
}

#[tokio::test]
async fn signing_in_as_somebody_else_ends_the_session_too() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let answer = worf.sign_in("londo", "cruddur-demo").await;
    assert_eq!(answer.json::<Me>().handle, "londo");
    assert!(!is_signed_in(&worf).await);
}

#[tokio::test]
async fn a_wrong_password_leaves_the_session_alone() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    worf.sign_in("worf", "wrong").await.assert_problem(401);
    assert!(is_signed_in(&worf).await);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_of_the_account_and_no_other() {
    let api = Api::start().await;
    let (here, there) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let londo = api.signed_in("londo").await;
    let answer = here.post(EVERYWHERE, &json!({})).await;
    assert_eq!(answer.status.as_u16(), 204);
    assert!(answer.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert!(!is_signed_in(&here).await && !is_signed_in(&there).await);
    assert!(is_signed_in(&londo).await);
    here.post(EVERYWHERE, &json!({})).await.assert_problem(401);
    api.visitor()
        .post(EVERYWHERE, &json!({}))
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn secure_cookies_are_set_and_read_under_the_host_prefix() {
    let api = Api::with(SecuritySettings {
        secure_cookies: true,
        ..SecuritySettings::default()
    })
    .await;
    let answer = api.visitor().sign_in("worf", "cruddur-demo").await;
    for cookie in answer.headers.get_all(header::SET_COOKIE) {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-cruddur_"), "{cookie}");
        assert!(
            cookie.contains("; Path=/;") && cookie.ends_with("; Secure"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let worf = api.visitor().holding(answer.session_cookie());
    assert!(is_signed_in(&worf).await);
    let planted = answer.session_cookie().replace("__Host-", "");
    let planted = api.visitor().holding(planted);
    assert!(!is_signed_in(&planted).await);
    let out = worf.post("/api/auth/signout", &json!({})).await;
    assert!(
        out.header(header::SET_COOKIE)
            .starts_with("__Host-cruddur_session=; ")
    );
}

#[tokio::test]
async fn a_device_is_remembered_by_its_token_only_and_few_of_them() {
    let api = Api::start().await;
    let answer = api.visitor().sign_in("worf", "cruddur-demo").await;
    let device = answer.cookies().remove(1);
    let token = device.strip_prefix("cruddur_device=").unwrap();
    let same = api.visitor().holding(device.clone());
    let again = same.sign_in("worf", "cruddur-demo").await;
    assert_eq!(again.cookies()[1], device);
    let planted = api
        .visitor()
        .holding(format!("cruddur_device={}", "a".repeat(64)));
    let other = planted.sign_in("worf", "cruddur-demo").await;
    assert_ne!(other.cookies()[1], planted.cookie.unwrap());

    for _ in 0..25 {
        api.signed_in("worf").await;
    }
    let kept: Vec<String> = sqlx::query_scalar("SELECT token_sha256 FROM known_devices")
        .fetch_all(api.db.writer())
        .await
        .unwrap();
    assert!(kept.len() == 20 && !kept.iter().any(|it| it == token));
}
