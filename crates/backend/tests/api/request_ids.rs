use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request},
};

use crate::{
    page,
    support::{Api, Response},
    traces::recorded::{Trace, traceparent},
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PATH: &str = "/api/trending";

/// Returns the id of a response, which has one only.
fn id_of(response: &Response) -> String {
    let ids: Vec<_> = response.headers.get_all(X_REQUEST_ID).iter().collect();
    let [id] = ids[..] else { panic!("{ids:?}") };
    id.to_str().unwrap().to_owned()
}

async fn sent(api: &Api, ids: &[&[u8]]) -> String {
    let mut request = Request::get(PATH);
    for id in ids {
        request = request.header(X_REQUEST_ID, HeaderValue::from_bytes(id).unwrap());
    }
    let request = request.body(Body::empty()).unwrap();
    let response = api.visitor().send_request(request).await;
    assert_eq!(response.status, 200);
    id_of(&response)
}

#[track_caller]
fn assert_is_made(id: &str) {
    assert!(id.parse::<uuid::Uuid>().is_ok(), "{id}");
}

#[tokio::test]
async fn well_formed_id_is_kept() {
    let api = Api::start().await;
    let longest = "x".repeat(128);
    for id in [
        "1",
        "0191a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b",
        "Root=1-67891233-abcdef012345678912345678",
        "a+b/c==",
        "user@host:1~2_3.4",
        &longest,
    ] {
        assert_eq!(sent(&api, &[id.as_bytes()]).await, id);
    }
}

#[tokio::test]
async fn odd_id_is_replaced() {
    let api = Api::start().await;
    let (too_long, far_too_long) = ("x".repeat(129), "x".repeat(10 * 1024));
    for ids in [
        &[b"" as &[u8]] as &[&[u8]],
        &[],
        &[too_long.as_bytes()],
        &[far_too_long.as_bytes()],
        &[b"a b"],
        &[b"a\tb"],
        &["café".as_bytes()],
        &[b"\xff\xfe"],
        &[b"a\"b"],
        &[b"a,b"],
        &[b"<script>"],
        &[b"a;b"],
        &[b"one", b"two"],
        &[b"same", b"same"],
    ] {
        let id = sent(&api, ids).await;
        assert_is_made(&id);
        assert_ne!(
            id,
            sent(&api, ids).await,
            "each request has an id of its own"
        );
    }
}

#[tokio::test]
async fn every_answer_has_an_id() {
    let folder = page::folder();
    let api = page::start(&folder).await;
    let visitor = api.visitor();
    let body = || Body::from("{");
    for (method, path, status) in [
        (Method::GET, "/api/health-check", 200),
        (Method::GET, "/api/nothing", 404),
        (Method::GET, "/api/activities/notifications", 401),
        (Method::DELETE, "/api/health-check", 405),
        (Method::POST, "/api/auth/signin", 400),
        (Method::GET, "/", 200),
        (Method::GET, "/no/such/file.js", 404),
        (Method::GET, "/api/events", 401),
    ] {
        let response = visitor.send(method, path, body()).await;
        assert_eq!(response.status, status, "{path}");
        assert_is_made(&id_of(&response));
    }
    let foreign = visitor.with("sec-fetch-site", "cross-site");
    let response = foreign
        .send(Method::POST, "/api/auth/signout", body())
        .await;
    assert_eq!(response.status, 403);
    assert_is_made(&id_of(&response));
}

#[tokio::test]
async fn server_span_has_the_id_of_the_response() {
    let api = Api::start().await;
    for (number, id) in [(61, "support-42"), (62, "\"")] {
        let parent = traceparent(number);
        let client = api.visitor().traced(&parent).with("x-request-id", id);
        let id = id_of(&client.get(PATH).await);
        let trace = Trace::of(&parent);
        let attribute = trace.attribute("GET /api/trending", "http.response.header.x-request-id");
        assert_eq!(attribute, format!("[\"{id}\"]"));
    }
}
