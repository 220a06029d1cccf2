//! Searching traces: every part of a trace is found, and filters filter.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value},
    trace::v1::{
        Span,
        span::{Event, Link},
    },
};
use serde_json::Value as Json;

use crate::support::{TestGateway, exception, request, span, trace_id};

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any(value)),
        ..KeyValue::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

/// Percent-encodes all characters but letters and digits.
fn encoded(query: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    query.bytes().map(encode).collect()
}

async fn found(gateway: &TestGateway, query: &str) -> Vec<String> {
    gateway.list(&format!("query={}", encoded(query))).await
}

/// Returns a span that has every kind of field.
fn rich() -> Span {
    let mut rich = exception(span(1, 3, "PUT /like"), "stock is exhausted");
    rich.kind = 2;
    let tags = vec![
        any(Value::StringValue("red".to_owned())),
        any(Value::IntValue(77_001)),
    ];
    rich.attributes = vec![
        attribute("http.response.status_code", Value::IntValue(429)),
        attribute("cache.hit", Value::BoolValue(true)),
        attribute("ratio", Value::DoubleValue(0.625)),
        attribute("tags", Value::ArrayValue(ArrayValue { values: tags })),
        text("db.query.text", "SELECT Ünïcode FROM t"),
        text("retries", "3"),
    ];
    rich.events.push(Event {
        name: "cache.evicted".to_owned(),
        attributes: vec![text("evicted.key", "basket-1")],
        ..Event::default()
    });
    rich.links.push(Link {
        trace_id: vec![0xcd; 16],
        span_id: vec![0xce; 8],
        attributes: vec![text("link.reason", "retry-of")],
        ..Link::default()
    });
    rich
}

async fn with_rich_trace() -> TestGateway {
    let gateway = TestGateway::start().await;
    let mut sent = request("my \"shop\": eu", vec![rich()]);
    let resource = sent.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.push(text("host.name", "web-7.example"));
    resource
        .attributes
        .push(attribute("process.pid", Value::IntValue(48_213)));
    gateway.export(sent).await;
    let mut other = span(2, 1, "GET /home");
    other.end_time_unix_nano = other.start_time_unix_nano + 1_500_000_000;
    other.kind = 3;
    other.attributes = vec![attribute("http.response.status_code", Value::IntValue(200))];
    gateway.export(request("stock", vec![other])).await;
    gateway
}

#[tokio::test]
async fn every_part_of_a_span_is_searched() {
    let gateway = with_rich_trace().await;
    let queries = [
        "put /LIKE",
        "429",
        "evicted.ke",
        "cache.hit",
        "true",
        "0.625",
        "red",
        "77001",
        "ünïcode",
        "\"select ünïcode\"",
        "keyerror",
        "\"stock is exhausted\"",
        "app.js:12",
        "\"app.js:12\"",
        "cache.evicted",
        "basket-1",
        "retry-of",
        "web-7.example",
        "host.name",
        "48213",
        "0303030303030303",
        "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
        "cecececececececE",
        "my",
        "http.response.status_code:429",
        "http.response.status_code=429.0",
        "http.response.status_code>=400",
        "http.response.status_code<500 http.response.status_code>400",
        "cache.hit:true",
        "ratio:0.625",
        "ratio<1",
        "tags:red",
        "tags:77001",
        "retries>2",
        "db.query.text~ünïCODE",
        "exception.type:KeyError",
        "link.reason=retry-of",
        "host.name:web-7.example",
        "process.pid=48213",
        "has:evicted.key",
        "-has:nothing kind:server",
        "http.response.status_code!=200",
        r#"service:"my \"shop\": eu""#,
        "duration<20ms",
        "duration<=10ms",
        "-service:stock",
        "name:like",
        "put web-7 48213 basket",
        "-\"get /home\"",
    ];
    for query in queries {
        assert_eq!(found(&gateway, query).await, ["PUT /like"], "{query}");
    }
    for query in [
        "duration>1s",
        "kind:client",
        "service:stock",
        "http.response.status_code:200",
        "-kind:server",
        "-\"429\"",
    ] {
        assert_eq!(found(&gateway, query).await, ["GET /home"], "{query}");
    }
    for query in [
        "kind:producer",
        "http.response.status_code:42",
        "nothing",
        "cache.hit:false",
        "service:my",
        "-put -get",
    ] {
        assert_eq!(
            found(&gateway, query).await,
            Vec::<String>::new(),
            "{query}"
        );
    }
    let id = trace_id(1);
    for query in [format!("trace:{id}"), format!("{id} put")] {
        assert_eq!(found(&gateway, &query).await, ["PUT /like"], "{query}");
    }
}

#[tokio::test]
async fn text_is_found_at_the_end_of_a_long_trace() {
    let gateway = TestGateway::start().await;
    let wordy = |id: u8| {
        let mut span = span(1, id, &format!("step {id}"));
        span.attributes = vec![
            text("note", &format!("{id} {}", "lorem ipsum ".repeat(200))),
            text("order", &format!("order-{id}")),
            attribute("line", Value::IntValue(9_000 + i64::from(id))),
        ];
        span
    };
    gateway
        .export(request("shop", (1..=60).map(wordy).collect()))
        .await;
    gateway
        .export(request("shop", vec![span(2, 1, "other")]))
        .await;
    for query in [
        "order-60",
        "\"step 60\"",
        "9060",
        "line:9060",
        "order=order-60",
        "\"60 lorem\"",
    ] {
        assert_eq!(found(&gateway, query).await, ["step 1"], "{query}");
    }
    assert_eq!(found(&gateway, "order-61").await, Vec::<String>::new());
}

#[tokio::test]
async fn later_spans_of_a_trace_are_found() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let mut late = span(1, 2, "b");
    late.attributes = vec![text("late.key", "late-value")];
    let mut sent = request("stock", vec![late]);
    let resource = sent.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.push(text("host.name", "late-host"));
    gateway.export(sent).await;
    for query in [
        "late-value",
        "late.key:late-value",
        "late-host",
        "host.name:late-host",
    ] {
        let query = format!("query={}", encoded(query));
        gateway.list_when(&query, |names| names == ["a"]).await;
    }
}

#[tokio::test]
async fn invalid_query_is_400_with_advice() {
    let gateway = TestGateway::start().await;
    let cases = [
        ("duration>soon", "duration>20ms"),
        ("status:500", "http.response.status_code:500"),
        ("a \"b", "not closed"),
    ];
    for (query, reason) in cases {
        let answer = gateway
            .get(&format!("/api/traces?query={}", encoded(query)))
            .await;
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{query}");
        assert!(error.contains(reason), "{query}: {error}");
    }
    let answer = gateway.get("/api/traces?cursor=nonsense").await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn pages_are_complete_while_traces_arrive() {
    let gateway = TestGateway::start().await;
    for trace in 1..=25 {
        gateway
            .export(request("shop", vec![span(trace, 1, &format!("t{trace}"))]))
            .await;
    }
    let (mut names, mut path, mut pages) = (Vec::new(), "/api/traces?limit=10".to_owned(), 0);
    loop {
        let page = gateway.get(&path).await.json();
        let traces = page["traces"].as_array().unwrap().iter();
        names.extend(traces.map(|trace| trace["name"].as_str().unwrap().to_owned()));
        assert_eq!(page["cut_short"], false);
        pages += 1;
        // A trace that is newer than all listed ones.
        let newer = span(100 + pages, 1, "newer");
        gateway.export(request("shop", vec![newer])).await;
        match &page["next"] {
            Json::String(next) => path = format!("/api/traces?limit=10&cursor={next}"),
            _ => break,
        }
    }
    let expected: Vec<_> = (1..=25).rev().map(|trace| format!("t{trace}")).collect();
    assert_eq!((names, pages), (expected, 3));
}

#[tokio::test]
async fn cursor_of_a_deleted_trace_continues_the_list() {
    let gateway = TestGateway::start().await;
    for trace in 1..=3 {
        gateway
            .export(request("shop", vec![span(trace, 1, &format!("t{trace}"))]))
            .await;
    }
    let page = gateway.get("/api/traces?limit=2").await.json();
    let start = page["traces"][1]["start_unix_nano"]
        .as_str()
        .unwrap()
        .to_owned();
    let gone = format!("limit=2&cursor={start}-{}", trace_id(0xee));
    assert_eq!(gateway.list(&gone).await, ["t1"]);
}
