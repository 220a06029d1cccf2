use api_types::SessionInfo;
use axum::http::header;
use serde_json::{Value, json};

use crate::support::{Api, Client, now};

const SESSIONS: &str = "/api/auth/sessions";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sessions(client: &Client<'_>) -> Vec<SessionInfo> {
    client.get(SESSIONS).await.json()
}

async fn signed_in_with_firefox(api: &Api) -> Client<'_> {
    let visitor = api.visitor().with("user-agent", FIREFOX);
    let response = visitor.sign_in("worf", "cruddur-demo").await;
    api.visitor().with_cookie(response.session_cookie())
}

#[tokio::test]
async fn sessions_are_listed_with_device_and_times_for_their_account_only() {
    let api = Api::start().await;
    let before = now();
    let firefox = signed_in_with_firefox(&api).await;
    let other = api.signed_in("worf").await;
    let londo = api.signed_in("londo").await;
    let listed = sessions(&firefox).await;
    assert_eq!(listed.len(), 2);
    let current: Vec<_> = listed.iter().filter(|it| it.is_current).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].device, "Firefox on Linux");
    assert!(current[0].created_at >= before && current[0].last_used_at >= before);
    assert_eq!(sessions(&londo).await.len(), 1);
    let cookie = other.cookie.clone().unwrap();
    let text = firefox.get(SESSIONS).await.text;
    let (_, token) = cookie.split_once('=').unwrap();
    assert!(!text.contains(token));
    api.visitor().get(SESSIONS).await.assert_problem(401);
}

#[tokio::test]
async fn session_is_revoked_by_its_account_only() {
    let api = Api::start().await;
    let (here, there) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let londo = api.signed_in("londo").await;
    let listed = sessions(&here).await;
    let other = listed.iter().find(|it| !it.is_current).unwrap();
    let path = format!("{SESSIONS}/{}", other.uuid);
    londo.delete(&path).await.assert_problem(404);
    api.visitor().delete(&path).await.assert_problem(401);
    let response = here.delete(&path).await;
    assert_eq!(response.status.as_u16(), 204);
    assert_eq!(response.header(header::SET_COOKIE), "");
    assert_eq!(there.get("/api/auth/me").await.json::<Value>(), Value::Null);
    assert_eq!(sessions(&here).await.len(), 1);
    here.delete(&path).await.assert_problem(404);
}

#[tokio::test]
async fn revoking_the_current_session_signs_out() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let path = format!("{SESSIONS}/{}", sessions(&worf).await[0].uuid);
    let response = worf.delete(&path).await;
    assert!(response.header(header::SET_COOKIE).contains("Max-Age=0"));
    worf.get(SESSIONS).await.assert_problem(401);
}

#[tokio::test]
async fn last_use_is_updated_after_ten_minutes_and_does_not_fail_reads() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    let created = sessions(&worf).await[0].last_used_at;
    assert_eq!(sessions(&worf).await[0].last_used_at, created);
    api.execute("UPDATE sessions SET last_used_at = last_used_at - 600000")
        .await;
    let used = sessions(&worf).await[0].last_used_at;
    assert!(used >= created, "{used} {created}");

    api.execute("UPDATE sessions SET last_used_at = 1").await;
    api.execute(
        "CREATE TRIGGER no_updates BEFORE UPDATE ON sessions BEGIN SELECT raise(ABORT, 'no'); END",
    )
    .await;
    assert_eq!(
        worf.get("/api/auth/me").await.json::<Value>()["handle"],
        json!("worf")
    );
}
