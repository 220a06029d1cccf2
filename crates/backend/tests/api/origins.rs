use axum::{body::Body, http::Method};
use cruddur_backend::security::SecuritySettings;
use serde_json::json;

use crate::support::{Api, Client};

const HOST: &str = "cruddur.example:8080";
const OWN: &str = "http://cruddur.example:8080";

/// Sends one request of each kind that writes, and returns the statuses.
async fn statuses(client: &Client<'_>) -> Vec<u16> {
    let crud = "/api/activities/00000000-0000-4000-8000-000000000000";
    let mut statuses = Vec::new();
    for (method, path) in [
        (Method::POST, "/api/activities"),
        (Method::POST, "/api/activities/notifications/read"),
        (Method::POST, "/api/auth/signin"),
        (Method::POST, "/api/auth/signout"),
        (Method::POST, "/api/auth/signout-everywhere"),
        (Method::PUT, &format!("{crud}/like")),
        (Method::DELETE, &format!("{crud}/repost")),
        (Method::POST, &format!("{crud}/reply")),
        (Method::DELETE, crud),
        (Method::PATCH, "/api/nothing"),
    ] {
        let response = client.send(method, path, Body::from("{}")).await;
        statuses.push(response.status.as_u16());
    }
    statuses
}

fn forbidden(statuses: &[u16]) -> usize {
    statuses.iter().filter(|status| **status == 403).count()
}

#[tokio::test]
async fn writes_by_pages_of_other_origins_are_403() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let session = worf.with("host", HOST);
    for (site, origin) in [
        (Some("same-site"), "http://cruddur.example:9999"),
        (Some("cross-site"), "https://evil.test"),
        (Some("cross-site"), OWN),
        (None, "https://evil.test"),
        (None, "null"),
        (None, "http://cruddur.example:9999"),
        (None, "http://cruddur.example:8080.evil.test"),
    ] {
        let mut page = session.with("origin", origin);
        if let Some(site) = site {
            page = page.with("sec-fetch-site", site);
        }
        let statuses = statuses(&page).await;
        assert_eq!(forbidden(&statuses), 10, "{site:?} {origin}: {statuses:?}");
    }
    assert_ne!(worf.get("/api/auth/me").await.text, "null");
    let response = session
        .with("sec-fetch-site", "same-site")
        .post("/api/auth/signout", &json!({}))
        .await;
    response.assert_problem(403);
    assert!(response.text.contains("CRUDDUR_ALLOWED_ORIGINS"));
}

#[tokio::test]
async fn own_pages_and_programs_may_write() {
    let api = Api::start().await;
    let visitor = api.visitor().with("host", HOST);
    for client in [
        visitor.clone(),
        visitor
            .with("sec-fetch-site", "same-origin")
            .with("origin", OWN),
        visitor.with("sec-fetch-site", "none"),
        visitor.with("origin", OWN),
        api.visitor()
            .with("host", "127.0.0.1")
            .with("x-forwarded-host", HOST)
            .with("origin", OWN),
    ] {
        let statuses = statuses(&client).await;
        assert_eq!(forbidden(&statuses), 0, "{statuses:?}");
    }
}

#[tokio::test]
async fn all_pages_may_read() {
    let api = Api::start().await;
    let page = api.visitor().with("sec-fetch-site", "cross-site");
    assert_eq!(page.get("/api/activities/home").await.status.as_u16(), 200);
}

#[tokio::test]
async fn pages_of_allowed_origins_may_write() {
    let api = Api::with(SecuritySettings {
        allowed_origins: "https://app.example".parse().unwrap(),
        ..SecuritySettings::default()
    })
    .await;
    let page = api.visitor().with("sec-fetch-site", "cross-site");
    assert_eq!(
        forbidden(&statuses(&page.with("origin", "https://app.example")).await),
        0
    );
    assert_eq!(
        forbidden(&statuses(&page.with("origin", "https://app.example.evil.test")).await),
        10
    );
}
