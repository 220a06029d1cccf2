//! Network time and page time of requests.
//!
//! Traces are in milliseconds, with attributes in braces at the end of a line.

use crate::drawing::{TRACE, spans};
use crate::{Attribute, Event, Interval, Span, Trace, Value};

const MS: u64 = 1_000_000;

/// Parses a drawing in which `{response_end_offset=21.25 delivery_type=cache}` sets attributes of
/// the line's span.
fn timed(drawing: &str) -> Trace {
    let plain: Vec<&str> = drawing
        .lines()
        .map(|line| line.split('{').next().unwrap())
        .collect();
    let mut spans = spans(&plain.join("\n"));
    let lines = drawing.lines().filter(|line| !line.trim().is_empty());
    for (span, line) in spans.iter_mut().zip(lines) {
        span.start_unix_nano *= MS;
        span.end_unix_nano *= MS;
        let braces = line.split_once('{').map(|(_, rest)| rest);
        for entry in braces
            .unwrap_or("")
            .trim_end_matches('}')
            .split_whitespace()
        {
            let (key, value) = entry.split_once('=').unwrap();
            let key = format!("browser.resource_timing.{key}");
            let value = value.parse().map_or(Value::from(value), Value::Double);
            span.attributes.0.push(Attribute { key, value });
        }
    }
    of(spans)
}

fn of(mut spans: Vec<Span>) -> Trace {
    spans.reverse();
    Trace::from_spans(TRACE.parse().unwrap(), spans)
}

/// Browser, network, back end, database, in whole milliseconds.
fn parts(trace: &Trace) -> [u64; 4] {
    let parts = trace.breakdown();
    assert_eq!(parts.total(), trace.extent().duration());
    [parts.browser, parts.network, parts.backend, parts.database].map(|nanos| nanos / MS)
}

#[track_caller]
fn check(drawing: &str, expected: [u64; 4]) {
    assert_eq!(parts(&timed(drawing)), expected, "{drawing}");
}

#[test]
fn time_after_the_response_is_browser_time() {
    check(
        "
browser action crud.like 0..535
  browser client PUT 2..507 {fetch_start_offset=0 response_end_offset=22 waiting_duration=21 download_duration=0.25}
    backend server PUT 10..18
",
        [513, 14, 8, 0],
    );
}

#[test]
fn redirects_are_network_time_with_and_without_server_spans() {
    check(
        "
browser action open 0..500
  browser client GET 0..480 {fetch_start_offset=200 response_end_offset=260}
",
        [240, 260, 0, 0],
    );
    check(
        "
browser action open 0..500
  browser client GET 0..480 {fetch_start_offset=200 response_end_offset=260}
    backend server GET 20..180
    backend server GET 210..250
",
        [240, 60, 200, 0],
    );
}

#[test]
fn a_request_without_timings_is_network_time_and_waiting() {
    let trace = timed("browser action open 0..600\n  browser client GET 10..515");
    assert_eq!(parts(&trace), [95, 505, 0, 0]);
    assert_eq!(trace.breakdown().waiting, 505 * MS);
    assert!(!trace.request_phases(1).unwrap().is_timed);
    let with_timing =
        "browser action open 0..600\n  browser client GET 10..515 {response_end_offset=505}";
    assert_eq!(timed(with_timing).breakdown().waiting, 0);
}

#[test]
fn a_body_that_arrives_after_its_span_is_network_time() {
    check(
        "
browser action feed.open 0..450
  browser client GET 0..30 {fetch_start_offset=0 response_end_offset=400 waiting_duration=28}
    backend server GET 5..25
",
        [50, 380, 20, 0],
    );
}

#[test]
fn parallel_requests_are_network_time_until_the_last_response() {
    check(
        "
browser action load 0..520
  browser client GET 0..510 {response_end_offset=21}
  browser client GET 0..510 {response_end_offset=300}
  browser client GET 0..510 {response_end_offset=180}
  browser client GET 400..510 {response_end_offset=50}
",
        [170, 350, 0, 0],
    );
}

#[test]
fn a_cached_response_has_no_network_time() {
    check(
        "
browser action open 0..100
  browser client GET 10..90 {response_end_offset=3 delivery_type=cache}
",
        [100, 0, 0, 0],
    );
    // Older pages report a service worker's response as cached.
    check(
        "
browser action open 0..100
  browser client GET 10..90 {response_end_offset=40 delivery_type=cache}
    backend server GET 20..40
",
        [60, 20, 20, 0],
    );
}

#[test]
fn a_service_workers_response_is_network_time_and_waiting() {
    let trace = timed(
        "
browser action open 0..600
  browser client GET 0..520 {response_end_offset=20 delivery_type=service-worker}
",
    );
    assert_eq!(parts(&trace), [580, 20, 0, 0]);
    assert_eq!(trace.breakdown().waiting, 20 * MS);
}

#[test]
fn a_wrong_clock_does_not_shift_the_server_into_page_time() {
    let trace = timed(
        "
browser action like 0..520
  browser client PUT 0..510 {fetch_start_offset=0 response_end_offset=21}
    backend server PUT 300..310
      db client INSERT 302..304
",
    );
    let server = trace.nodes()[2].interval();
    assert_eq!(server, Interval::new(11 * MS, 21 * MS));
    assert_eq!(parts(&trace), [499, 11, 8, 2]);
    let clocks_agree = timed(
        "
browser client PUT 0..510 {fetch_start_offset=0 response_end_offset=21}
  backend server PUT 5..22
",
    );
    assert_eq!(clocks_agree.nodes()[1].clock_shift_nano, 0);
    let goes_on_after_its_answer = timed(
        "
browser client PUT 0..510 {fetch_start_offset=0 response_end_offset=21}
  backend server PUT 5..400
",
    );
    assert_eq!(goes_on_after_its_answer.nodes()[1].clock_shift_nano, 0);
}

#[test]
fn an_aborted_request_without_timings_is_waiting() {
    let trace = timed("browser action search 0..50\n  browser client GET 5..30");
    assert_eq!(parts(&trace), [25, 25, 0, 0]);
}

#[test]
fn the_end_of_the_response_is_estimated_from_durations() {
    let durations = "{waiting_duration=21 download_duration=0.25 dns_duration=2 connect_duration=5 tls_duration=3}";
    // Sent at once: 7 ms for the connection, 21.25 ms for the response.
    check(
        &format!("browser action a 0..600\n  browser client GET 0..505 {durations}"),
        [571, 28, 0, 0],
    );
    // The server's start tells when it was sent: it waited 100 ms for a connection.
    check(
        &format!(
            "browser action a 0..600\n  browser client GET 0..505 {durations}\n    backend server GET 105..116"
        ),
        [478, 110, 11, 0],
    );
}

#[test]
fn queued_requests_are_not_estimated_from_durations() {
    let request = "  browser client GET 0..505 {waiting_duration=20}\n";
    let many = format!("browser action a 0..600\n{}", request.repeat(7));
    assert_eq!(parts(&timed(&many)), [95, 505, 0, 0]);
    let few = format!("browser action a 0..600\n{}", request.repeat(6));
    assert_eq!(parts(&timed(&few)), [580, 20, 0, 0]);
}

#[test]
fn invalid_timings_are_ignored() {
    for timing in ["NaN", "-5", "inf", "1e300", "soon"] {
        let drawing = format!(
            "browser action a 0..60\n  browser client GET 0..50 {{response_end_offset={timing}}}"
        );
        assert_eq!(parts(&timed(&drawing)), [10, 50, 0, 0], "{timing}");
    }
    check(
        "browser action a 0..60\n  browser client GET 0..50 {fetch_start_offset=30 response_end_offset=20}",
        [10, 50, 0, 0],
    );
    // The calls of a back end have no page that could be busy.
    check(
        "backend server GET 0..60\n  backend client GET 0..50 {response_end_offset=20}",
        [0, 0, 60, 0],
    );
}

#[test]
fn timings_are_read_from_events_of_the_javascript_sdk() {
    let mut all = spans("browser action a 1..2\n  browser client GET 1..2");
    (all[0].start_unix_nano, all[0].end_unix_nano) = (0, 600 * MS);
    (all[1].start_unix_nano, all[1].end_unix_nano) = (0, 505 * MS);
    for (name, ms) in [("fetchStart", 1), ("responseEnd", 22)] {
        all[1].events.push(Event {
            time_unix_nano: ms * MS,
            name: name.to_owned(),
            attributes: Default::default(),
        });
    }
    assert_eq!(parts(&of(all)), [578, 22, 0, 0]);
}

#[test]
fn the_phases_of_a_request_lie_within_its_span() {
    let trace = timed(
        "
browser client GET 100..600 {fetch_start_offset=10 response_end_offset=60}
  backend server GET 120..150
",
    );
    let phases = trace.request_phases(0).unwrap();
    let ms = |from: u64, to: u64| from * MS..to * MS;
    assert_eq!(phases.network_before, ms(0, 20));
    assert_eq!(phases.server, ms(20, 50));
    assert_eq!(phases.network_after, ms(50, 60));
    assert_eq!(phases.page_after, ms(60, 500));
    assert_eq!(
        (phases.network_nano(), phases.page_nano()),
        (30 * MS, 440 * MS)
    );
}
