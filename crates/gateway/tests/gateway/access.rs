//! Access to traces and to the endpoint for spans.

use std::time::Duration;

use axum::{body::Body, http::Request};
use otel_web_gateway::{Config, Secret};
use prost::Message;

use crate::support::{Answer, PROTOBUF, Served, TestGateway, request, span, trace_id};

const TOKEN: &str = "correct-horse-battery";

async fn with_token() -> TestGateway {
    TestGateway::start_with(|config| config.viewer_token = Some(Secret::new(TOKEN))).await
}

async fn get(gateway: &TestGateway, path: &str, header: (&str, &str)) -> Answer {
    let request = Request::get(path).header(header.0, header.1);
    gateway.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn rebound_name_is_rejected() {
    let gateway = TestGateway::start().await;
    for host in [
        "evil.example",
        "evil.example:4318",
        "localhost.evil.example",
    ] {
        for path in ["/api/traces", "/api/events", "/api/status", "/"] {
            let answer = get(&gateway, path, ("host", host)).await;
            assert_eq!(answer.status, 421, "{host} {path}");
        }
    }
    for host in [
        "localhost:4318",
        "127.0.0.1:4318",
        "[::1]:4318",
        "dev.localhost",
    ] {
        let answer = get(&gateway, "/api/traces", ("host", host)).await;
        assert_eq!(answer.status, 200, "{host}");
    }
}

#[tokio::test]
async fn forwarded_host_has_to_be_the_public_url() {
    let url = Some("https://traces.example.com".to_owned());
    let gateway = TestGateway::start_with(|config| config.public_url = url).await;
    let asked = async |names: &[&str]| {
        let mut request = Request::get("/api/traces").header("host", "127.0.0.1");
        for name in names {
            request = request.header("x-forwarded-host", *name);
        }
        let request = request.body(Body::empty()).unwrap();
        gateway.send(request).await.status
    };
    for foreign in [
        &["evil.example:8080"][..],
        // A page can add the first header itself; the proxy adds the true one.
        &["traces.example.com", "evil.example:8080"],
        &["evil.example:8080", "traces.example.com"],
        &["traces.example.com, evil.example"],
        &[""],
        // The proxy of another page on this machine, tricked into leaving its path.
        &["127.0.0.1:8080"],
        &["localhost:8080"],
        &["127.0.0.1"],
        &["[::1]:8080, localhost"],
        &["traces.example.com:8080"],
    ] {
        assert_eq!(asked(foreign).await, 421, "{foreign:?}");
    }
    for own in [
        &["traces.example.com"][..],
        &["Traces.Example.com", "traces.example.com"],
    ] {
        assert_eq!(asked(own).await, 200, "{own:?}");
    }
}

#[tokio::test]
async fn public_url_is_a_known_name() {
    let url = Some("https://traces.example.com/".to_owned());
    let gateway = TestGateway::start_with(|config| config.public_url = url).await;
    let answer = get(&gateway, "/api/traces", ("host", "traces.example.com")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn spans_are_accepted_without_the_token_and_traces_are_401() {
    let gateway = with_token().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    for path in ["/api/traces", "/api/status", "/", "/api/traces?token=wrong"] {
        let answer = gateway.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(gateway.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn token_is_accepted_as_header_and_as_cookie_of_the_first_visit() {
    let gateway = with_token().await;
    let bearer = format!("Bearer {TOKEN}");
    let answer = get(&gateway, "/api/traces", ("authorization", &bearer)).await;
    assert_eq!(answer.status, 200);

    let visit = gateway.get(&format!("/trace/1?q=a&token={TOKEN}")).await;
    assert_eq!(visit.status, 303);
    assert_eq!(visit.header("location"), "./1?q=a");
    let cookie = visit.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    let answer = get(
        &gateway,
        "/api/traces",
        ("cookie", &format!("a=b; {cookie}")),
    )
    .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn cookie_is_secure_with_a_public_https_url() {
    let gateway = TestGateway::start_with(|config| {
        config.viewer_token = Some(Secret::new(TOKEN));
        config.public_url = Some("https://traces.example.com".to_owned());
    })
    .await;
    let visit = gateway.get(&format!("/?token={TOKEN}")).await;
    let cookie = visit.header("set-cookie");
    assert!(cookie.contains("; Secure;"), "{cookie}");
}

#[tokio::test]
async fn configured_token_is_not_logged() {
    let token = |config: &mut Config| config.viewer_token = Some(Secret::new(TOKEN));
    let gateway = Served::start_with(token).await;
    assert_eq!(gateway.viewer_url, gateway.url(""));
}

#[tokio::test]
async fn redirect_after_a_visit_stays_on_the_gateway() {
    let visit = with_token()
        .await
        .get(&format!("//evil.example?token={TOKEN}"))
        .await;
    assert_eq!(visit.header("location"), "./evil.example");
}

#[tokio::test]
async fn viewer_that_other_machines_can_reach_has_a_generated_token() {
    let gateway = Served::start_with(|config| config.listen = "0.0.0.0:0".to_owned()).await;
    let answer = gateway
        .client
        .get(gateway.url("/api/traces"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let token = gateway.viewer_url.split_once("?token=").unwrap().1;
    assert_eq!(token.len(), 32);
    let authorized = gateway
        .client
        .get(gateway.url("/api/traces"))
        .bearer_auth(token);
    assert_eq!(authorized.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn public_listener_of_two_accepts_only_spans() {
    let viewer_listen = Some("127.0.0.1:0".to_owned());
    let gateway = Served::start_with(|config| config.viewer_listen = viewer_listen).await;
    let body = request("shop", vec![span(1, 1, "a")]).encode_to_vec();
    let post = gateway.client.post(gateway.url("/v1/traces"));
    let answer = post
        .header("content-type", PROTOBUF)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let trace = format!("/api/traces/{}", trace_id(1));
    for (path, public, private) in [
        (trace.as_str(), 404, 200),
        ("/api/traces", 404, 200),
        ("/healthz", 200, 200),
    ] {
        let answer = gateway.client.get(gateway.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), public, "{path}");
        let url = format!("{}{path}", gateway.viewer_url);
        let answer = gateway.client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), private, "{path}");
    }
    let import = gateway
        .client
        .post(gateway.url("/api/import"))
        .send()
        .await
        .unwrap();
    assert_eq!(import.status(), 404);
}

#[tokio::test]
async fn client_over_its_rate_limit_is_429_and_others_are_served() {
    let gateway = Served::start_with(|config| config.limits.requests_per_second = 1).await;
    let mut statuses = Vec::new();
    for client in ["203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2"] {
        let post = gateway.client.post(gateway.url("/v1/traces"));
        let post = post
            .header("content-type", PROTOBUF)
            .header("x-forwarded-for", client);
        let answer = post.send().await.unwrap();
        if answer.status() == 429 {
            assert_eq!(answer.headers()["retry-after"], "1");
        }
        statuses.push(answer.status().as_u16());
    }
    // The third request arrives within one second, unless this machine stalls.
    assert_eq!(statuses, [200, 200, 429, 200]);
}

#[tokio::test]
async fn slow_connections_time_out_and_free_their_slots() {
    let gateway = Served::start_with(|config| {
        config.limits.connections = 2;
        config.limits.read_within = Duration::from_millis(200);
    })
    .await;
    let mut slow = Vec::new();
    for beginning in [
        "POST /v1/tra",
        "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    ] {
        slow.push(gateway.connect(beginning).await);
    }
    let answer = gateway
        .client
        .get(gateway.url("/healthz"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    for connection in slow {
        let received = connection.read_to_end().await;
        assert!(
            received.is_empty() || received.contains("503") || received.contains("408"),
            "{received}"
        );
    }
}
