//! A Rollbar on loopback that takes what the item schema allows, and nothing else.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
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

pub(crate) const TOKEN: &str = "c5f2a3b7d9e84f10a6b2c3d4e5f60718";

/// The bound of Rollbar's own notifiers.
const MAX_BYTES: usize = 128 << 10;

#[derive(Debug, Default)]
struct Seen {
    /// Statuses, each with a `Retry-After`, that come first; 200 takes the item.
    refusals: VecDeque<(u16, &'static str)>,
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

    /// The `data` of each item it took. None was against the schema.
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
    let refuse = |status: u16, after: &str, message: String| {
        let body = json!({"err": 1, "message": message}).to_string();
        let response = Response::builder().status(status);
        response
            .header("retry-after", after)
            .body(Body::from(body))
            .unwrap()
    };
    if headers
        .get("x-rollbar-access-token")
        .is_none_or(|token| token != TOKEN)
    {
        return refuse(403, "", format!("access denied for {headers:?}"));
    }
    let mut seen = seen.lock().unwrap();
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
    if let Err(problem) = check(&headers, &item["data"]) {
        seen.problems.push(problem.clone());
        return refuse(422, "", problem);
    }
    seen.items.push(item["data"].clone());
    Json(json!({"err": 0, "result": {"uuid": item["data"]["uuid"]}})).into_response()
}

/// <https://docs.rollbar.com/reference/create-item>: what is required, and how long it may be.
fn check(headers: &HeaderMap, data: &Value) -> Result<(), String> {
    let rule = |holds: bool, text: &str| {
        if holds {
            Ok(())
        } else {
            Err(format!("{text}: {data}"))
        }
    };
    let text = |value: &Value, most: usize| {
        value
            .as_str()
            .is_some_and(|text| !text.is_empty() && text.chars().count() <= most)
    };
    let json = headers
        .get("content-type")
        .is_some_and(|value| value == "application/json");
    rule(json, "content type")?;
    rule(text(&data["environment"], 255), "environment")?;
    rule(text(&data["uuid"], 36), "uuid")?;
    rule(text(&data["title"], 255), "title")?;
    let levels = ["critical", "error", "warning", "info", "debug"];
    rule(
        data["level"]
            .as_str()
            .is_some_and(|level| levels.contains(&level)),
        "level",
    )?;
    rule(data["timestamp"].is_u64(), "timestamp in seconds")?;
    let body = data["body"].as_object().ok_or("body")?;
    rule(body.len() == 1, "exactly one kind of body")?;
    let traces = match (body.get("trace"), body.get("trace_chain")) {
        (Some(trace), None) => vec![trace.clone()],
        (None, Some(Value::Array(traces))) => traces.clone(),
        _ => return Err(format!("a trace or a trace chain: {data}")),
    };
    rule(!traces.is_empty(), "a trace")?;
    for trace in traces {
        rule(text(&trace["exception"]["class"], 255), "exception.class")?;
        let frames = trace["frames"].as_array().ok_or("frames")?;
        let named = frames.iter().all(|frame| text(&frame["filename"], 1000));
        rule(!frames.is_empty() && named, "frames with file names")?;
    }
    Ok(())
}
