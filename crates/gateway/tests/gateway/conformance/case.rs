//! One case: a sentence, a request to a gateway of its own, and what has to come of it.

use axum::{
    body::Body,
    http::{Method, Request},
};
use otel_web_gateway::Config;
use prost::Message;
use serde_json::Value;

use crate::support::{Answer, JSON, PROTOBUF, TestGateway, gzip};

/// `google.rpc.Status` as a client knows it.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub(super) details: Vec<Vec<u8>>,
}

/// What is wrong, if anything is.
pub(super) type Check = Box<dyn Fn(&Answer) -> Result<(), String>>;

pub(super) struct Case {
    says: &'static str,
    method: Method,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    configure: fn(&mut Config),
    checks: Vec<Check>,
    stored: Option<u64>,
    kept: Option<Value>,
}

/// A case for this sentence: a POST to `/v1/traces`, for a start.
pub(super) fn case(says: &'static str) -> Case {
    Case {
        says,
        method: Method::POST,
        path: "/v1/traces",
        headers: Vec::new(),
        body: Vec::new(),
        configure: |_| {},
        checks: Vec::new(),
        stored: None,
        kept: None,
    }
}

impl Case {
    pub(super) const fn says(&self) -> &'static str {
        self.says
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

    /// An `ExportTraceServiceResponse` with nothing set.
    pub(super) fn gives_empty_protobuf(self) -> Self {
        let case = self.gives_header("content-type", PROTOBUF);
        case.check(|answer| same("body", &answer.body.len(), &0))
    }

    /// A `Status` in this encoding, whose message has something to say.
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

    /// How many spans are there afterwards.
    pub(super) const fn stores(mut self, spans: u64) -> Self {
        self.stored = Some(spans);
        self
    }

    /// The attributes of its only span, as they are read from the gateway afterwards.
    pub(super) fn keeps(mut self, attributes: Value) -> Self {
        self.kept = Some(attributes);
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
        if let Some(expected) = self.stored {
            same("spans", &gateway.status().await.spans_kept, &expected)?;
        }
        match &self.kept {
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
        .ok_or_else(|| format!("{what} is {found:?} and not {expected:?}"))
}
