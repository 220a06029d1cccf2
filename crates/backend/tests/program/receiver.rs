//! An OTLP/HTTP receiver of spans and log records.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::any_value,
    logs::v1::LogRecord,
    resource::v1::Resource,
};
use prost::Message;
use tokio::{net::TcpListener, sync::Notify};

/// A received export.
#[derive(Clone)]
pub(crate) struct Export {
    pub(crate) team: Option<String>,
    content_type: Option<String>,
    request: ExportTraceServiceRequest,
}

#[derive(Default)]
struct Received {
    exports: Mutex<Vec<Export>>,
    logs: Mutex<Vec<ExportLogsServiceRequest>>,
    arrived: Notify,
    to_reject: AtomicUsize,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Received>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let received = Arc::<Received>::default();
        let router = Router::new()
            .route("/v1/traces", post(receive))
            .route("/v1/logs", post(receive_logs))
            .with_state(received.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// Responds with 503 this many times.
    pub(crate) fn reject(&self, times: usize) {
        self.received.to_reject.store(times, Ordering::SeqCst);
    }

    pub(crate) async fn next_export(&self) -> Export {
        loop {
            let arrived = self.received.arrived.notified();
            if let Some(export) = self.exports().last() {
                return export.clone();
            }
            arrived.await;
        }
    }

    /// Returns the log records of a service, each with its text.
    pub(crate) fn log_records(&self, service: &str) -> Vec<(String, LogRecord)> {
        let requests = self.received.logs.lock().unwrap().clone().into_iter();
        let resources = requests.flat_map(|request| request.resource_logs);
        resources
            .filter(|it| service_name(it.resource.as_ref()).as_deref() == Some(service))
            .flat_map(|it| it.scope_logs)
            .flat_map(|scope| scope.log_records)
            .map(|record| (text(&record), record))
            .collect()
    }

    pub(crate) fn span_names(&self, service: &str) -> Vec<String> {
        let exports = self.exports().into_iter();
        let resources = exports.flat_map(|export| export.request.resource_spans);
        resources
            .filter(|it| service_name(it.resource.as_ref()).as_deref() == Some(service))
            .flat_map(|it| it.scope_spans)
            .flat_map(|scope| scope.spans)
            .map(|span| span.name)
            .collect()
    }

    pub(crate) fn content_types(&self) -> Vec<String> {
        self.exports()
            .into_iter()
            .filter_map(|export| export.content_type)
            .collect()
    }

    fn exports(&self) -> Vec<Export> {
        self.received.exports.lock().unwrap().clone()
    }
}

fn text(record: &LogRecord) -> String {
    let body = record.body.clone().and_then(|body| body.value);
    match body {
        Some(any_value::Value::StringValue(text)) => text,
        other => format!("{other:?}"),
    }
}

async fn receive_logs(State(received): State<Arc<Received>>, body: Bytes) -> StatusCode {
    let request = ExportLogsServiceRequest::decode(body).unwrap();
    received.logs.lock().unwrap().push(request);
    StatusCode::OK
}

fn service_name(resource: Option<&Resource>) -> Option<String> {
    let attributes = &resource?.attributes;
    let name = attributes
        .iter()
        .find(|attribute| attribute.key == "service.name")?;
    match name.value.clone()?.value? {
        any_value::Value::StringValue(name) => Some(name),
        _ => None,
    }
}

async fn receive(
    State(received): State<Arc<Received>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let one_less = |left: usize| left.checked_sub(1);
    if received
        .to_reject
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        .is_ok()
    {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let export = Export {
        team: text("x-honeycomb-team"),
        content_type: text("content-type"),
        request: ExportTraceServiceRequest::decode(body).unwrap(),
    };
    received.exports.lock().unwrap().push(export);
    received.arrived.notify_one();
    StatusCode::OK
}
