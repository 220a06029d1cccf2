//! A fake Rollbar that accepts only what the item schema allows.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Instant,
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
    response::IntoResponse,
    routing::post,
};
use serde_json::{Value, json};

use super::rollbar_item;

pub(crate) const TOKEN: &str = "c5f2a3b7d9e84f10a6b2c3d4e5f60718";

/// The size limit of Rollbar's own notifiers.
const MAX_BYTES: usize = 128 << 10;

#[derive(Debug, Default)]
struct Seen {
    /// The first statuses, each with the seconds until a retry. 200 accepts the item.
    refusals: VecDeque<(u16, &'static str)>,
    arrivals: Vec<Instant>,
    items: Vec<Value>,
    problems: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct FakeRollbar {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
}

impl FakeRollbar {
    pub(crate) async fn start(refusals: impl IntoIterator<Item = (u16, &'static str)>) -> Self {
        let seen = Arc::new(Mutex::new(Seen {
            refusals: refusals.into_iter().collect(),
            ..Seen::default()
        }));
        let router = Router::new()
            .route("/api/1/item/", post(answer))
            .with_state(Arc::clone(&seen));
        let url = super::serve(router).await;
        Self { url, seen }
    }

    /// Returns the times of requests with the right token.
    pub(crate) fn arrivals(&self) -> Vec<Instant> {
        self.seen.lock().unwrap().arrivals.clone()
    }

    /// Returns the `data` of each accepted item, after asserting that no item violated the schema.
    pub(crate) fn items(&self) -> Vec<Value> {
        let seen = self.seen.lock().unwrap();
        assert!(seen.problems.is_empty(), "{:?}", seen.problems);
        seen.items.clone()
    }
}

async fn answer(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    if headers
        .get("x-rollbar-access-token")
        .is_none_or(|token| token != TOKEN)
    {
        return refuse(403, "", format!("access denied for {headers:?}"));
    }
    let mut seen = seen.lock().unwrap();
    seen.arrivals.push(Instant::now());
    if let Some((status, after)) = seen.refusals.pop_front()
        && status != 200
    {
        return refuse(status, after, format!("not now, {TOKEN}"));
    }
    if body.len() > MAX_BYTES {
        return refuse(413, "", format!("{} bytes", body.len()));
    }
    let item: Value = serde_json::from_slice(&body).unwrap_or_default();
    if item["data"] == json!({}) {
        return refuse(422, "", "missing environment and body".to_owned());
    }
    if let Err((status, problem)) = seen.check(&headers, &item["data"]) {
        seen.problems.push(problem.clone());
        return refuse(status, "", problem);
    }
    seen.items.push(item["data"].clone());
    Json(json!({"err": 0, "result": {"uuid": item["data"]["uuid"]}})).into_response()
}

impl Seen {
    /// Rollbar treats a second item with the same id as a duplicate.
    fn check(&self, headers: &HeaderMap, data: &Value) -> Result<(), (u16, String)> {
        let content_type = headers.get("content-type");
        if content_type.is_none_or(|value| value != "application/json") {
            return Err((415, "content type".to_owned()));
        }
        if self.items.iter().any(|item| item["uuid"] == data["uuid"]) {
            return Err((409, format!("the uuid came before: {data}")));
        }
        rollbar_item::check(data).map_err(|problem| (422, problem))
    }
}

/// Rollbar has a header of its own for rate limits; a proxy in front of it uses `Retry-After`.
fn refuse(status: u16, after: &str, message: String) -> Response<Body> {
    let name = match status {
        429 => "x-rate-limit-remaining-seconds",
        _ => "retry-after",
    };
    let body = json!({"err": 1, "message": message}).to_string();
    let response = Response::builder().status(status).header(name, after);
    response.body(Body::from(body)).unwrap()
}
