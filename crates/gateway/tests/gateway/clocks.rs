//! Wrong clocks: those of senders, and that of the gateway's machine.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;

use crate::{
    store::summary,
    support::{TestGateway, request, span},
};

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_nanos()).unwrap()
}

fn dated(trace: u8, start: u64) -> Span {
    Span {
        start_time_unix_nano: start,
        end_time_unix_nano: start + SECOND,
        ..span(trace, 1, &trace.to_string())
    }
}

fn nanos(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn trace_from_the_future_is_listed_by_its_arrival() {
    let gateway = TestGateway::start().await;
    let before = now();
    let year_2262 = 9_223_000_000 * SECOND;
    for (trace, start) in [
        (1, before - HOUR),
        (2, year_2262),
        (3, before + 2 * HOUR),
        (4, 0),
        (5, before + 1_000 * SECOND),
    ] {
        gateway
            .export(request("shop", vec![dated(trace, start)]))
            .await;
    }
    // The last one is within the tolerance, so it is listed by its start.
    assert_eq!(gateway.list("").await, ["5", "4", "3", "2", "1"]);
    for (trace, is_marked) in [(1, false), (2, true), (3, true), (4, true), (5, false)] {
        let arrived = &summary(&gateway, trace).await["arrived_unix_nano"];
        assert_eq!(arrived.is_string(), is_marked, "{trace}: {arrived}");
        assert!(!is_marked || (before..=now()).contains(&nanos(arrived)));
    }
    // The span's own start is unchanged.
    let start = &summary(&gateway, 2).await["start_unix_nano"];
    assert_eq!(nanos(start), year_2262);
    let listed = gateway.list(&format!("since={}", before - SECOND)).await;
    assert_eq!(listed, ["5", "4", "3", "2"]);
}

#[tokio::test]
async fn span_from_the_future_does_not_move_a_listed_trace() {
    let gateway = TestGateway::start().await;
    let start = now() - HOUR;
    let child = |id: u8, start| Span {
        span_id: vec![id; 8],
        parent_span_id: vec![1; 8],
        ..dated(1, start)
    };
    gateway.export(request("shop", vec![child(2, start)])).await;
    gateway
        .export(request("shop", vec![dated(2, start + SECOND)]))
        .await;
    // Its root span has a wrong clock.
    gateway
        .export(request("shop", vec![dated(1, now() + 30 * DAY)]))
        .await;
    assert_eq!(gateway.list("").await, ["2", "1"]);
}

/// Checks that no trace is deleted or hidden after the gateway's clock was wrong by `days`
/// days and was corrected while the machine was off.
async fn assert_traces_survive_a_clock_error(days: i64) {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![dated(1, now())])).await;
    let (config, dir) = gateway.stop().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    let off = days * i64::try_from(DAY).unwrap();
    let sql = "UPDATE trace SET received = received + ?1, start = start + ?1";
    connection.execute(sql, [off]).unwrap();
    let sql = "UPDATE root SET start = start + ?";
    connection.execute(sql, [off]).unwrap();
    let sql = "UPDATE aging SET boot = 'another', time = time + ?";
    connection.execute(sql, [off]).unwrap();
    drop(connection);
    let gateway = TestGateway::open(config, dir).await;
    gateway.export(request("shop", vec![dated(2, now())])).await;
    // Expired traces are deleted four times a second.
    for _ in 0..10 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(gateway.status().await.traces_kept, 2, "{days} days");
    }
    gateway.list_when("", |names| names == ["2", "1"]).await;
    gateway
        .json_when("/api/actions", |actions| actions["traces"] == 2)
        .await;
    let (config, _dir) = gateway.stop().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    let unlisted = "SELECT count(*) FROM root
        WHERE (start, number) NOT IN (SELECT start, number FROM trace)";
    let unlisted: i64 = connection
        .query_row(unlisted, [], |row| row.get(0))
        .unwrap();
    assert_eq!(unlisted, 0);
}

#[tokio::test]
async fn corrected_clock_that_was_behind_deletes_no_trace() {
    assert_traces_survive_a_clock_error(-30).await;
}

#[tokio::test]
async fn corrected_clock_that_was_ahead_hides_no_trace() {
    assert_traces_survive_a_clock_error(30).await;
}
