//! Small bodies that would be large in memory are charged for their memory.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans},
};
use prost::Message;
use serde_json::Value;

use crate::support::{JSON, PROTOBUF, Process, client, command, gzip, span};

/// The number of messages in a body, of two or three bytes each and about a hundred in memory.
const THINGS: usize = 1 << 18;

/// The memory limit, a few times the body. As structs, the messages would need more.
const MORE_MEMORY_KIB: u64 = 12 << 10;

struct Bomb {
    what: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    gives: u16,
    /// The reason of the counter.
    rejected: Option<&'static str>,
}

fn bomb(what: &'static str, content_type: &'static str, body: impl Into<Vec<u8>>) -> Bomb {
    Bomb {
        what,
        content_type,
        body: body.into(),
        gives: 200,
        rejected: None,
    }
}

impl Bomb {
    fn rejected_as(self, reason: &'static str) -> Self {
        let rejected = Some(reason);
        Self { rejected, ..self }
    }

    fn gives(self, gives: u16) -> Self {
        Self { gives, ..self }
    }
}

/// Encloses a message in a field of another one.
fn enclosed(number: u8, message: &[u8]) -> Vec<u8> {
    let mut enclosing = vec![number << 3 | 2];
    prost::encode_length_delimiter(message.len(), &mut enclosing).unwrap();
    [enclosing, message.to_vec()].concat()
}

fn in_protobuf() -> Vec<Bomb> {
    let many = |number: u8| [number << 3 | 2, 0].repeat(THINGS);
    let spans = |spans: Vec<u8>| enclosed(1, &enclosed(2, &spans));
    let overloaded = [span(1, 1, "a").encode_to_vec(), many(9)].concat();
    let bomb = |what, body: Vec<u8>| bomb(what, PROTOBUF, body);
    vec![
        bomb("resources", many(1)),
        bomb("scopes", enclosed(1, &many(2))),
        bomb("spans", spans(many(2))).rejected_as("invalid_trace_id"),
        bomb("attributes", spans(enclosed(2, &overloaded))),
        bomb("scopes that share a long URL", shared().encode_to_vec()).gives(413),
    ]
}

/// Each scope with its spans is stored with its resource.
fn shared() -> ExportTraceServiceRequest {
    let scope_spans = ScopeSpans {
        spans: vec![span(1, 1, "a")],
        ..ScopeSpans::default()
    };
    let resource_spans = ResourceSpans {
        scope_spans: vec![scope_spans; 1000],
        schema_url: "x".repeat(1 << 20),
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![resource_spans],
    }
}

fn in_json() -> Vec<Bomb> {
    let many = |thing: &str| format!("[{thing}{}]", format!(",{thing}").repeat(THINGS - 1));
    let spans =
        |spans: &str| format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":{spans}}}]}}]}}"#);
    let ids = format!(
        r#""traceId":"{}","spanId":"{}""#,
        "01".repeat(16),
        "02".repeat(8)
    );
    let with = |field: &str| spans(&format!("[{{{ids},{field}}}]"));
    let bomb = |what, body: String| bomb(what, JSON, body);
    vec![
        bomb("JSON spans", spans(&many("{}"))).rejected_as("invalid_trace_id"),
        bomb(
            "JSON attributes",
            with(&format!(r#""attributes":{}"#, many("{}"))),
        ),
        bomb("JSON lists", spans(&many("[]"))).gives(400),
        bomb(
            "a string in the place of a number",
            with(&format!(r#""kind":"{}""#, "\u{7f}".repeat(THINGS))),
        )
        .gives(400),
        bomb(
            "a string in the place of all",
            format!(r#""{}""#, "\u{7f}".repeat(THINGS)),
        )
        .gives(400),
    ]
}

async fn send(process: &Process, bomb: &Bomb) {
    let post = client().post(format!("{}/v1/traces", process.url));
    let post = post
        .header("content-type", bomb.content_type)
        .header("content-encoding", "gzip");
    let answer = post.body(gzip(&bomb.body)).send().await.unwrap();
    assert_eq!(answer.status(), bomb.gives, "{}", bomb.what);
    let healthy = process.get("/healthz").await["healthy"] == Value::Bool(true);
    assert!(healthy, "{}", bomb.what);
}

#[tokio::test]
async fn compressed_bodies_use_a_limited_amount_of_memory() {
    let dir = tempfile::tempdir().unwrap();
    let process = Process::start(&mut command(&dir));
    for bomb in in_protobuf().into_iter().chain(in_json()) {
        let memory = process.peak_memory_kib().unwrap();
        let before = process.status().await.rejected;
        send(&process, &bomb).await;
        let (what, more) = (bomb.what, process.peak_memory_kib().unwrap() - memory);
        println!(
            "{what}: {} KiB, {more} KiB more memory",
            bomb.body.len() / 1024
        );
        assert!(more < MORE_MEMORY_KIB, "{what}: {more} KiB more");
        let after = process.status().await.rejected;
        for (reason, count) in after {
            let is_new = before.get(&reason) != Some(&count);
            assert_eq!(
                is_new,
                bomb.rejected == Some(reason.as_str()),
                "{what}: {reason}"
            );
        }
    }
    // Spans with too many attributes, of which 1,024 remain.
    assert_eq!(process.spans_kept().await, 2);
    let repaired = process.status().await.repaired;
    assert_eq!(repaired["too_many_attributes"], 2);
}
