//! The X-Ray sink against moto, which keeps documents as AWS's API does: each is taken, and they are a trace.

use std::process::Stdio;

use opentelemetry_proto::tonic::trace::v1::Status;
use otel_web_gateway::XRay;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{Child, Command},
    time::{Duration, timeout},
};

use super::python;
use crate::support::{Served, client, exception, post, request, span};

const RELAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/try-xray.py");
const TRACE: &str = "1-01010101-010101010101010101010101";

/// Long enough for a busy machine; reached only when a test fails.
const SAY_WITHIN: Duration = Duration::from_secs(60);

/// A program that ends with the test, and what it says.
struct Program<Out> {
    said: Lines<BufReader<Out>>,
    _child: Child,
}

impl<Out: AsyncRead + Unpin> Program<Out> {
    fn start(mut command: Command, out: fn(&mut Child) -> Option<Out>) -> Self {
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let said = BufReader::new(out(&mut child).unwrap()).lines();
        Self {
            said,
            _child: child,
        }
    }

    /// The rest of the next line that has `mark` in it.
    async fn says(&mut self, mark: &str) -> String {
        loop {
            let line = timeout(SAY_WITHIN, self.said.next_line()).await.unwrap();
            let line = line.unwrap().expect("the program is still there");
            if let Some((_, rest)) = line.split_once(mark) {
                return rest.trim().to_owned();
            }
        }
    }
}

/// Asks moto as AWS's clients do: it takes the region from the signature, which it does not check.
async fn ask(api: &str, action: &str, question: Value) -> Value {
    let signature = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/xray/aws4_request, \
                     SignedHeaders=host, Signature=none";
    let post = client().post(format!("{api}/{action}")).json(&question);
    let answer = post.header("authorization", signature).send().await;
    answer.unwrap().json().await.unwrap()
}

async fn export(gateway: &Served) {
    let root = span(1, 1, "crud.like");
    let mut call = exception(span(1, 2, "PUT {id}"), "7");
    (call.kind, call.parent_span_id) = (3, root.span_id.clone());
    call.status = Some(Status {
        code: 2,
        ..Status::default()
    });
    let mut server = span(1, 3, "PUT /like");
    (server.kind, server.parent_span_id) = (2, call.span_id.clone());
    let spans = request("shop", vec![root, call, server]);
    assert_eq!(post(&gateway.url(""), &spans).await.status(), 200);
}

#[tokio::test]
async fn each_document_is_taken_and_together_they_are_the_trace() {
    let Some(python) = python("moto") else {
        return;
    };
    let mut moto = Command::new(&python);
    moto.args(["-m", "moto.server", "-p", "0"]);
    moto.stderr(Stdio::piped());
    let mut moto = Program::start(moto, |child| child.stderr.take());
    let api = moto.says("Running on ").await;
    let mut relay = Command::new(&python);
    relay
        .args([RELAY, "127.0.0.1:0", &api])
        .env("NO_PROXY", "*")
        .stdout(Stdio::piped());
    let mut relay = Program::start(relay, |child| child.stdout.take());
    let daemon = XRay::new(&relay.says("listening on ").await);
    let gateway = Served::start_with(|config| config.xray = Some(daemon)).await;
    export(&gateway).await;

    for _ in 0..3 {
        let answer = relay.says(TRACE).await;
        assert!(
            answer.ends_with(" {'UnprocessedTraceSegments': []}"),
            "{answer}"
        );
    }
    let answer = ask(&api, "Traces", json!({"TraceIds": [TRACE]})).await;
    let documents = answer["Traces"][0]["Segments"].as_array().unwrap().iter();
    let mut ids: Vec<_> = documents.map(|document| &document["Id"]).collect();
    ids.sort_by_key(|id| id.to_string());
    assert_eq!(
        ids,
        ["0101010101010101", "0202020202020202", "0303030303030303"]
    );
    let always = json!({"StartTime": 0, "EndTime": i32::MAX});
    let summary = &ask(&api, "TraceSummaries", always).await["TraceSummaries"][0];
    assert_eq!(
        (&summary["Id"], &summary["HasFault"]),
        (&json!(TRACE), &json!(true))
    );
}
