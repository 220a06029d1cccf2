//! Overviews of many traces: actions, heatmap, sessions, service map and web vitals.

use axum::{body::Body, http::Request};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value as Any},
    trace::v1::{Span, Status},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{TestGateway, request, span, text, trace_id};

/// When the trace with the number 0 starts, in nanoseconds since 1970.
const START: u64 = 1_790_000_000_000_000_000;

const SECOND: u64 = 1_000_000_000;

fn lasting(mut span: Span, milliseconds: u64) -> Span {
    span.end_time_unix_nano = span.start_time_unix_nano + milliseconds * 1_000_000;
    span
}

fn with(mut span: Span, attributes: Vec<KeyValue>) -> Span {
    span.attributes = attributes;
    span
}

fn number(key: &str, value: f64) -> KeyValue {
    let value = Some(Any::DoubleValue(value));
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value }),
        ..KeyValue::default()
    }
}

fn failed(mut span: Span) -> Span {
    span.status = Some(Status {
        message: String::new(),
        code: 2,
    });
    span
}

/// Stores ten likes, the last of which fails and is slow, and a page load.
async fn with_traces() -> TestGateway {
    let gateway = TestGateway::start().await;
    for trace in 1..=10 {
        let attributes = vec![text("url.template", "/"), text("session.id", "s1")];
        let mut like = with(lasting(span(trace, 1, "crud.like"), 10), attributes);
        if trace == 10 {
            like = failed(lasting(like, 500));
        }
        gateway.export(request("page", vec![like])).await;
    }
    let attributes = vec![
        text("url.template", "/@:handle"),
        text("session.id", "s2"),
        text("user.name", "worf"),
        number("browser.web_vital.lcp.value", 4_200.0),
        text("browser.web_vital.lcp.target", "main > img"),
        text("browser.platform", "Linux"),
    ];
    let load = with(lasting(span(11, 1, "documentLoad"), 900), attributes);
    let mut page = request("page", vec![load]);
    let resource = page.resource_spans[0].resource.as_mut().unwrap();
    resource
        .attributes
        .push(text("telemetry.sdk.language", "webjs"));
    gateway.export(page).await;
    gateway
}

async fn get(gateway: &TestGateway, path: &str) -> Value {
    let answer = gateway.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    answer.json()
}

#[tokio::test]
async fn actions_have_counts_percentiles_and_the_slowest_trace() {
    let gateway = with_traces().await;
    let actions = get(&gateway, "/api/actions").await;
    assert_eq!(actions["traces"], 11);
    assert_eq!(actions["cut_short"], false);
    let timeline = actions["timeline"].as_array().unwrap();
    let sum = |field: &str| {
        timeline
            .iter()
            .map(|part| part[field].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((timeline.len(), sum("count"), sum("errors")), (60, 11, 1));
    let like = &actions["actions"][0];
    assert_eq!(like["name"], "crud.like");
    assert_eq!(like["route"], "/");
    assert_eq!((&like["count"], &like["errors"]), (&json!(10), &json!(1)));
    assert_eq!(like["p50_nano"], 10_000_000);
    assert_eq!(like["p99_nano"], 500_000_000);
    assert_eq!(like["slowest"]["trace_id"], trace_id(10));
    assert_eq!(like["previous"], Value::Null);
}

#[tokio::test]
async fn actions_are_compared_with_the_period_before() {
    let gateway = with_traces().await;
    let (since, until) = (START + 6 * SECOND, START + 11 * SECOND);
    let path = format!("/api/actions?since={since}&until={until}");
    let actions = get(&gateway, &path).await;
    let like = &actions["actions"][0];
    assert_eq!(
        (&like["count"], &like["previous"]["count"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(like["previous"]["p95_nano"], 10_000_000);
}

#[tokio::test]
async fn overviews_are_limited_to_an_action_and_a_query() {
    let gateway = with_traces().await;
    for (parameters, expected) in [
        ("name=crud.like", 10),
        ("name=crud.like&route=/", 10),
        ("name=crud.like&route=/other", 0),
        ("service=page", 11),
        ("query=status:error", 1),
        ("query=session:s2", 1),
        ("query=-status:error%20session:s1", 9),
        ("query=duration%3E100ms", 2),
        ("query=url.template%3D/", 10),
        (&format!("query=trace:{}", trace_id(3)), 1),
        ("query=nothing-like-it", 0),
    ] {
        let actions = get(&gateway, &format!("/api/actions?{parameters}")).await;
        assert_eq!(actions["traces"], expected, "{parameters}");
        let heatmap = get(&gateway, &format!("/api/heatmap?{parameters}")).await;
        assert_eq!(heatmap["traces"], expected, "{parameters}");
    }
}

#[tokio::test]
async fn heatmap_has_cells_and_points() {
    let gateway = with_traces().await;
    let heatmap = get(&gateway, "/api/heatmap?name=crud.like&columns=10").await;
    assert_eq!(
        (&heatmap["traces"], &heatmap["errors"]),
        (&json!(10), &json!(1))
    );
    let points = heatmap["points"].as_array().unwrap();
    assert_eq!(points.len(), 10);
    assert_eq!(points[0]["trace_id"], trace_id(10));
    assert_eq!(points[0]["is_error"], true);
    let cells = heatmap["cells"].as_array().unwrap().iter();
    let count = cells.map(|cell| cell["count"].as_u64().unwrap());
    assert_eq!(count.sum::<u64>(), 10);
}

#[tokio::test]
async fn sessions_are_listed_and_have_timelines() {
    let gateway = with_traces().await;
    let sessions = get(&gateway, "/api/sessions").await;
    let sessions = sessions["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(
        (&sessions[0]["session_id"], &sessions[0]["user"]),
        (&json!("s2"), &json!("worf"))
    );
    assert_eq!(sessions[0]["worst_vital"], "lcp");
    assert_eq!(
        (&sessions[1]["actions"], &sessions[1]["errors"]),
        (&json!(10), &json!(1))
    );

    let timeline = get(&gateway, "/api/sessions/s1").await;
    let actions = timeline["actions"].as_array().unwrap();
    assert_eq!(actions.len(), 10);
    assert_eq!(actions[0]["trace_id"], trace_id(1));
    assert_eq!(actions[9]["is_error"], true);

    let unknown = gateway.get("/api/sessions/other").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn vitals_have_bands_and_their_attribution() {
    let gateway = with_traces().await;
    let vitals = get(&gateway, "/api/vitals").await;
    let route = &vitals["routes"][0];
    assert_eq!(route["route"], "/@:handle");
    let lcp = &route["vitals"][0];
    assert_eq!(
        (&lcp["vital"], &lcp["p75"], &lcp["band"]),
        (&json!("lcp"), &json!(4_200.0), &json!("poor"))
    );
    let worst = &lcp["worst"][0];
    assert_eq!(worst["trace_id"], trace_id(11));
    assert_eq!(worst["attribution"], json!([["target", "main > img"]]));
}

#[tokio::test]
async fn map_has_calls_between_services_and_databases() {
    let gateway = TestGateway::start().await;
    let mut call = lasting(span(1, 2, "GET"), 8);
    (call.kind, call.parent_span_id) = (3, vec![1; 8]);
    gateway
        .export(request("page", vec![lasting(span(1, 1, "open"), 10), call]))
        .await;
    let mut server = with(
        lasting(span(1, 3, "GET /"), 6),
        vec![text("http.response.status_code", "429")],
    );
    (server.kind, server.parent_span_id) = (2, vec![2; 8]);
    let mut statement = with(
        lasting(span(1, 4, "SELECT"), 4),
        vec![text("db.system.name", "sqlite")],
    );
    (statement.kind, statement.parent_span_id) = (3, vec![3; 8]);
    gateway
        .export(request("shop", vec![server, statement]))
        .await;

    let map = get(&gateway, "/api/map").await;
    let edges = map["edges"].as_array().unwrap();
    let edge = |to: Value| edges.iter().find(|edge| edge["to"] == to).unwrap();
    let request = edge(json!({"kind": "service", "name": "shop"}));
    assert_eq!(request["errors"]["throttled"], 1);
    assert_eq!(request["mean_nano"], 8_000_000);
    let statement = edge(json!({"kind": "database", "name": "sqlite"}));
    assert_eq!(statement["from"]["name"], "shop");
}

#[tokio::test]
async fn invalid_parameters_are_400() {
    let gateway = TestGateway::start().await;
    for (parameters, part) in [
        ("since=5&until=5", "before until"),
        ("since=soon", "since"),
        ("query=duration%3Esoon", "query"),
        ("columns=0", "columns"),
    ] {
        let response = gateway.get(&format!("/api/heatmap?{parameters}")).await;
        assert_eq!(response.status, 400, "{parameters}");
        let error = response.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn unchanged_overview_is_304() {
    let gateway = with_traces().await;
    let tag = gateway.get("/api/actions").await.headers["etag"].clone();
    let status = async |tag| {
        let request = Request::get("/api/actions").header("if-none-match", tag);
        let request = request.body(Body::empty()).unwrap();
        gateway.router().oneshot(request).await.unwrap().status()
    };
    assert_eq!(status(tag.clone()).await, 304);
    gateway
        .export(request("page", vec![span(12, 1, "new")]))
        .await;
    assert_eq!(status(tag).await, 200);
}

#[tokio::test]
async fn traces_of_the_viewer_are_in_overviews_on_request_only() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("trace-viewer", vec![span(1, 1, "open")]))
        .await;
    let traces = async |path| get(&gateway, path).await["traces"].clone();
    assert_eq!(traces("/api/actions").await, 0);
    assert_eq!(traces("/api/actions?service=trace-viewer").await, 1);
}

/// Version 11 had neither `root` and `backfill` nor log records.
#[tokio::test]
async fn store_of_the_former_version_keeps_its_traces_and_gets_overviews() {
    let (config, dir) = with_traces().await.stop().await;
    let connection = Connection::open(&config.db).unwrap();
    let downgrade = "DROP TABLE root; DROP TABLE backfill; DROP TABLE log;
        ALTER TABLE origin DROP COLUMN last_log; ALTER TABLE numbering DROP COLUMN last_log;
        PRAGMA user_version = 11";
    connection.execute_batch(downgrade).unwrap();
    drop(connection);

    let gateway = TestGateway::open(config, dir).await;
    let list = get(&gateway, "/api/traces").await;
    assert_eq!(list["traces"].as_array().unwrap().len(), 11);
    let is_complete = |actions: &Value| actions["traces"] == 11;
    let actions = gateway.json_when("/api/actions", is_complete).await;
    let like = &actions["actions"][0];
    assert_eq!((&like["count"], &like["errors"]), (&json!(10), &json!(1)));
}

/// A trace that grows or moves has one row, which goes with it.
#[tokio::test]
async fn changed_and_expired_traces_leave_no_rows() {
    let gateway = TestGateway::start().await;
    let child = Span {
        parent_span_id: vec![1; 8],
        ..span(2, 2, "child")
    };
    let late_root = Span {
        trace_id: vec![2; 16],
        ..lasting(span(1, 1, "root"), 5_000)
    };
    gateway.export(request("page", vec![child])).await;
    gateway.export(request("page", vec![late_root])).await;
    let actions = get(&gateway, "/api/actions").await;
    assert_eq!(
        (&actions["traces"], &actions["actions"][0]["name"]),
        (&json!(1), &json!("root"))
    );

    let gateway = gateway
        .restart_with(|config| config.retention.age = std::time::Duration::ZERO)
        .await;
    gateway
        .json_when("/api/actions", |actions| actions["traces"] == 0)
        .await;
    let (config, _dir) = gateway.stop().await;
    let connection = Connection::open(&config.db).unwrap();
    let count = |sql| {
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM root"), 0);
}

/// Four hundred traces, a tenth of which are slow because of one region.
#[tokio::test]
async fn explanation_names_what_the_selected_traces_have_in_common() {
    let gateway = TestGateway::start().await;
    for round in 0..2_u8 {
        let traces = (0..200_u8).map(|number| {
            let is_slow = number.is_multiple_of(10);
            let region = if is_slow { "eu" } else { "us" };
            let mut span = lasting(span(number, 1, "open"), if is_slow { 900 } else { 10 });
            span.trace_id = [vec![round + 1; 15], vec![number]].concat();
            with(
                span,
                vec![
                    text("cloud.region", region),
                    text("user.id", &number.to_string()),
                ],
            )
        });
        gateway.export(request("page", traces.collect())).await;
    }
    let slow = get(&gateway, "/api/explain?name=open&min_nano=500000000").await;
    assert_eq!(
        (&slow["selected"], &slow["rest"]),
        (&json!(40), &json!(360))
    );
    let first = &slow["findings"][0];
    assert_eq!(
        (&first["key"], &first["value"]),
        (&json!("cloud.region"), &json!("eu"))
    );
    assert_eq!(
        (&first["selected_share"], &first["rest_share"]),
        (&json!(1.0), &json!(0.0))
    );
    assert_eq!(first["query"], "cloud.region=eu");
    assert_eq!(slow["examples"].as_array().unwrap().len(), 20);

    // The finding's term selects exactly these traces.
    let matching = get(&gateway, "/api/heatmap?query=cloud.region%3Deu").await;
    assert_eq!(matching["traces"], 40);

    let nothing = get(
        &gateway,
        &format!("/api/explain?from={}", START + 150 * SECOND),
    )
    .await;
    assert_eq!(nothing["findings"], json!([]));
    assert!(nothing["tested"].as_u64().unwrap() > 0);

    let unlimited = gateway.get("/api/explain").await;
    assert_eq!(unlimited.status, 400);
}

#[tokio::test]
async fn attributes_are_keys_or_the_values_of_one() {
    let gateway = with_traces().await;
    let keys = get(&gateway, "/api/attributes").await;
    assert_eq!(keys["traces"], 11);
    assert_eq!(
        keys["names"][0],
        json!({"name": "service.name", "traces": 11})
    );
    let values = get(&gateway, "/api/attributes?key=session.id").await;
    let expected = json!([{"name": "s1", "traces": 10}, {"name": "s2", "traces": 1}]);
    assert_eq!(values["names"], expected);
    let limited = get(&gateway, "/api/attributes?key=session.id&limit=1").await;
    assert_eq!(limited["names"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn span_is_ranked_among_those_of_its_name() {
    let gateway = with_traces().await;
    let rank = "/api/span-rank?name=crud.like&span_service=page&span_name=crud.like&span_nano=";
    let slow = get(&gateway, &format!("{rank}500000000")).await;
    assert_eq!(
        (&slow["spans"], &slow["faster"], &slow["p50_nano"]),
        (&json!(10), &json!(9), &json!(10_000_000))
    );
    assert_eq!(
        (&slow["traces"], &slow["cut_short"]),
        (&json!(10), &json!(false))
    );
    let usual = get(&gateway, &format!("{rank}10000000")).await;
    assert_eq!(usual["faster"], 0);
    let other = gateway
        .get("/api/span-rank?span_service=page&span_name=crud.like")
        .await;
    assert_eq!(other.status, 400);
}
