//! One case: a sentence, a request to a new gateway, and the expected response.

use axum::{
    body::Body,
    http::{Method, Request},
};
use otel_web_gateway::Config;
use prost::Message;
use serde_json::Value;

use crate::support::{Answer, JSON, PROTOBUF, TestGateway, gzip};

/// `google.rpc.Status`, as clients decode it.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RpcStatus {
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub(crate) details: Vec<Vec<u8>>,
}

/// Checks a response. Returns the difference as an error.
pub(super) type Check = Box<dyn Fn(&Answer) -> Result<(), String>>;

pub(super) struct Case {
    sentence: &'static str,
    method: Method,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    configure: fn(&mut Config),
    checks: Vec<Check>,
    stored_spans: Option<u64>,
    stored_logs: Option<u64>,
    stored_attributes: Option<Value>,
}

/// Returns a case for this sentence, with a POST to `/v1/traces`.
pub(super) fn case(sentence: &'static str) -> Case {
    Case {
        sentence,
        method: Method::POST,
        path: "/v1/traces",
        headers: Vec::new(),
        body: Vec::new(),
        configure: |_| {},
        checks: Vec::new(),
        stored_spans: None,
        stored_logs: None,
        stored_attributes: None,
    }
}

impl Case {
    pub(super) const fn sentence(&self) -> &'static str {
        self.sentence
    }

    pub(super) fn json(self, body: impl ToString) -> Self {
        self.header("content-type", JSON).body(body.to_string())
    }

    pub(super) fn protobuf(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("content-type", PROTOBUF).body(body)
    }

    pub(super) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn gzipped(mut self) -> Self {
        self.body = gzip(&self.body);
        self.header("content-encoding", "gzip")
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn to(mut self, method: Method, path: &'static str) -> Self {
        self.method = method;
        self.path = path;
        self
    }

    pub(super) fn with(mut self, configure: fn(&mut Config)) -> Self {
        self.configure = configure;
        self
    }

    pub(super) fn check(mut self, check: impl Fn(&Answer) -> Result<(), String> + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    pub(super) fn gives(self, status: u16) -> Self {
        self.check(move |answer| same("status", &answer.status.as_u16(), &status))
    }

    pub(super) fn gives_header(self, name: &'static str, value: &'static str) -> Self {
        self.check(move |answer| same(name, &answer.header(name), &value))
    }

    pub(super) fn gives_json(self, body: Value) -> Self {
        let case = self.gives_header("content-type", JSON);
        case.check(move |answer| same("body", &answer.json(), &body))
    }

    /// Expects an empty `ExportTraceServiceResponse`.
    pub(super) fn gives_empty_protobuf(self) -> Self {
        let case = self.gives_header("content-type", PROTOBUF);
        case.check(|answer| same("body", &answer.body.len(), &0))
    }

    /// Expects a `Status` in this encoding, with a message.
    pub(super) fn gives_status_message(self, content_type: &'static str) -> Self {
        let case = self.gives_header("content-type", content_type);
        case.check(move |answer| {
            let message = match content_type {
                JSON => answer.json()["message"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                _ => {
                    RpcStatus::decode(&*answer.body)
                        .map_err(|error| error.to_string())?
                        .message
                }
            };
            (message.len() > 10)
                .then_some(())
                .ok_or_else(|| format!("the message is {message:?}"))
        })
    }

    /// Expects this many stored spans.
    pub(super) const fn stores(mut self, spans: u64) -> Self {
        self.stored_spans = Some(spans);
        self
    }

    /// Sends the request to `/v1/logs`.
    pub(super) fn sent_to_logs(self) -> Self {
        self.to(Method::POST, "/v1/logs")
    }

    /// Expects this many stored log records.
    pub(super) const fn stores_logs(mut self, logs: u64) -> Self {
        self.stored_logs = Some(logs);
        self
    }

    /// Expects these attributes of the only stored span.
    pub(super) fn stores_attributes(mut self, attributes: Value) -> Self {
        self.stored_attributes = Some(attributes);
        self
    }

    pub(super) async fn run(&self) -> Result<(), String> {
        let gateway = TestGateway::start_with(self.configure).await;
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = Body::from(self.body.clone());
        let answer = gateway.send(request.body(body).unwrap()).await;
        for check in &self.checks {
            check(&answer)?;
        }
        if let Some(expected) = self.stored_spans {
            same("spans", &gateway.status().await.spans_kept, &expected)?;
        }
        if let Some(expected) = self.stored_logs {
            same("log records", &gateway.status().await.logs.kept, &expected)?;
        }
        match &self.stored_attributes {
            Some(expected) => same("attributes", &attributes(&gateway).await, expected),
            None => Ok(()),
        }
    }
}

async fn attributes(gateway: &TestGateway) -> Value {
    let list = gateway.get("/api/traces").await.json();
    let id = list["traces"][0]["trace_id"].as_str().unwrap_or_default();
    let trace = gateway.get(&format!("/api/traces/{id}")).await.json();
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"].clone()
}

pub(super) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    let is_same = found == expected;
    is_same
        .then_some(())
        .ok_or_else(|| format!("{what} is {found:?}, expected {expected:?}"))
}
