//! A fake Rollbar and a fake X-Ray daemon on loopback, which record what they receive.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::UdpSocket;

/// Long enough not to occur elsewhere by chance.
pub(crate) const TOKEN: &str = "rollbar01journeys0000000000000000";

#[derive(Clone, Default)]
pub(crate) struct Rollbar {
    pub(crate) url: String,
    items: Received,
}

pub(crate) struct XRay {
    pub(crate) address: String,
    documents: Received,
}

type Received = Arc<Mutex<Vec<Value>>>;

impl Rollbar {
    pub(crate) async fn start() -> Self {
        let mut rollbar = Self::default();
        let app = Router::new()
            .route("/api/1/item/", post(receive))
            .with_state(rollbar.items.clone());
        rollbar.url = super::serve(app).await;
        rollbar
    }

    /// Returns the `data` of each item.
    pub(crate) fn items(&self) -> Vec<Value> {
        self.items
            .lock()
            .expect("no panic while the lock is held")
            .clone()
    }
}

async fn receive(
    State(items): State<Received>,
    headers: HeaderMap,
    Json(mut item): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let token = headers.get("x-rollbar-access-token");
    if token.is_none_or(|token| token != TOKEN) {
        let body = json!({"err": 1, "message": "access denied"});
        return (StatusCode::FORBIDDEN, Json(body));
    }
    let mut items = items.lock().expect("no panic while the lock is held");
    items.push(item["data"].take());
    (StatusCode::OK, Json(json!({"err": 0, "result": {}})))
}

impl XRay {
    pub(crate) async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("its address").to_string();
        let documents = Received::default();
        tokio::spawn(listen(socket, documents.clone()));
        Self { address, documents }
    }

    /// Returns the names of a trace's segment documents.
    pub(crate) fn names_in(&self, trace_id: &str) -> Vec<String> {
        let documents = self.documents_of(trace_id).into_iter();
        documents
            .map(|document| document["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Returns a trace's segment documents.
    pub(crate) fn documents_of(&self, trace_id: &str) -> Vec<Value> {
        let id = format!("1-{}-{}", &trace_id[..8], &trace_id[8..]);
        let documents = self
            .documents
            .lock()
            .expect("no panic while the lock is held");
        let of_trace = documents
            .iter()
            .filter(|document| document["trace_id"] == *id);
        of_trace.cloned().collect()
    }
}

async fn listen(socket: UdpSocket, documents: Received) {
    let mut buffer = vec![0; 65_536];
    while let Ok(length) = socket.recv(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let (_, body) = text.split_once('\n').expect("a header line");
        let document = serde_json::from_str(body).expect("a document of JSON");
        documents
            .lock()
            .expect("no panic while the lock is held")
            .push(document);
    }
}
