//! Breakdowns and summaries.

use super::LIKE;
use crate::{
    Attribute, SpanStatus, Trace,
    drawing::{TRACE, spans, trace},
};

/// Browser, network, back end, database.
fn parts(drawing: &str) -> [u64; 4] {
    let trace = trace(drawing);
    let parts = trace.breakdown();
    assert_eq!(parts.total(), trace.extent().duration(), "{drawing}");
    [parts.browser, parts.network, parts.backend, parts.database]
}

#[test]
fn time_is_divided_between_the_four_parts() {
    assert_eq!(parts(LIKE), [30, 40, 15, 15]);
    let parallel = "
browser action open 0..100
  browser client GET 10..60
    backend server GET 20..50
      db client SELECT 30..40
  browser client GET 20..90
    backend server GET 35..80
";
    assert_eq!(parts(parallel), [20, 20, 50, 10]);
    let no_answer_seen = "browser action open 0..100\n  browser client GET 10..60";
    assert_eq!(parts(no_answer_seen), [50, 50, 0, 0]);
    let no_browser = "backend server GET 0..10\n  db client SELECT 2..5";
    assert_eq!(parts(no_browser), [0, 0, 7, 3]);
}

#[test]
fn the_four_parts_add_up_for_incomplete_traces() {
    let no_root =
        "?backend server GET 10..20\n?browser internal render 30..35\n?db client SELECT 12..14";
    assert_eq!(parts(no_root), [5, 10, 8, 2]);
    let no_length = "browser action open 5..5\n  browser client GET 5..5";
    assert_eq!(parts(no_length), [0, 0, 0, 0]);
    let outlives_its_root = "browser action open 0..10\n  browser client GET 5..50";
    assert_eq!(parts(outlives_its_root), [5, 45, 0, 0]);
    let much_later = "browser action open 0..10\n  backend consumer mail 100..120";
    assert_eq!(parts(much_later), [10, 90, 20, 0]);
    let backwards = "browser action open 10..3";
    assert_eq!(parts(backwards), [0, 0, 0, 0]);
    let skewed = "
browser action open 0..100
  browser client GET 10..60
    backend server GET 5000..5030
";
    assert_eq!(parts(skewed), [50, 20, 30, 0]);
}

#[test]
fn a_summary_describes_the_trace() {
    let mut all = spans(LIKE);
    all[2].attributes = [Attribute::new("http.response.status_code", 500)]
        .into_iter()
        .collect();
    all[2].status = SpanStatus::Error("boom".to_owned());
    let summary = Trace::from_spans(TRACE.parse().unwrap(), all).summary();
    assert_eq!(
        (summary.name.as_str(), summary.service.as_str()),
        ("crud.like", "page")
    );
    assert_eq!(summary.services, ["page", "api"]);
    assert_eq!((summary.start_unix_nano, summary.duration_nano), (0, 100));
    assert_eq!((summary.span_count, summary.error_count), (6, 1));
    assert_eq!((summary.has_root, summary.http_status), (true, Some(500)));
}

#[test]
fn the_earliest_span_names_a_trace_without_a_root() {
    let summary = trace("?backend server PUT 30..60\n  db client INSERT 35..45").summary();
    assert_eq!(
        (summary.name.as_str(), summary.service.as_str()),
        ("PUT", "api")
    );
    assert_eq!((summary.has_root, summary.duration_nano), (false, 30));
}

#[test]
fn an_empty_trace_has_an_empty_summary() {
    let summary = trace("").summary();
    assert_eq!((summary.span_count, summary.duration_nano), (0, 0));
    assert!(!summary.has_root);
}
