//! The shape of the tree, and what follows from it for single spans.

mod drawing;
mod timings;

use self::drawing::{TRACE, span_id, spans, trace};
use super::*;

const LIKE: &str = "
browser action crud.like 0..100
  browser client PUT 10..80
    backend server PUT 30..60
      db client INSERT 35..45
      db client UPDATE 50..55
  browser internal render 85..100
";

fn outline(trace: &Trace) -> String {
    let lines = trace.nodes().iter().map(|node| {
        let mark = if node.place == Place::Orphan { "?" } else { "" };
        format!(
            "{}{mark}{}+{}",
            "  ".repeat(node.depth),
            node.span.name,
            node.descendants
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn spans_are_ordered_depth_first_by_start_time() {
    let expected = "crud.like+5\n  PUT+3\n    PUT+2\n      INSERT+0\n      UPDATE+0\n  render+0";
    assert_eq!(outline(&trace(LIKE)), expected);
}

#[test]
fn orphans_follow_the_roots_with_their_own_descendants() {
    let drawing = "
?backend server early 1..9
  db client SELECT 2..3
browser action root 5..6
?backend server late 7..8
";
    assert_eq!(
        outline(&trace(drawing)),
        "root+0\n?early+1\n  SELECT+0\n?late+0"
    );
}

#[test]
fn a_ring_of_parents_is_cut_open_at_its_earliest_span() {
    let mut ring =
        spans("browser internal a 5..9\nbrowser internal b 1..9\nbrowser internal own 3..4");
    ring[0].parent_span_id = Some(span_id(2));
    ring[1].parent_span_id = Some(span_id(1));
    ring[2].parent_span_id = Some(span_id(3));
    let trace = Trace::from_spans(TRACE.parse().unwrap(), ring);
    assert_eq!(outline(&trace), "?b+1\n  a+0\n?own+0");
}

#[test]
fn a_span_sent_twice_and_a_span_of_another_trace_are_left_out() {
    let mut all = spans(LIKE);
    all.extend(spans(LIKE));
    all.push(Span::new(
        "00000000000000000000000000000001".parse().unwrap(),
        span_id(99),
        "x",
    ));
    assert_eq!(
        Trace::from_spans(TRACE.parse().unwrap(), all).nodes().len(),
        6
    );
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_is_no_problem() {
    let chain = (1..=100_000).map(|number| {
        let mut span = Span::new(TRACE.parse().unwrap(), span_id(number), "deep");
        span.parent_span_id = (number > 1).then(|| span_id(number - 1));
        span
    });
    let trace = Trace::from_spans(TRACE.parse().unwrap(), chain.collect());
    assert_eq!(trace.nodes()[99_999].depth, 99_999);
    assert_eq!(trace.nodes()[0].descendants, 99_999);
}

#[test]
fn the_network_gap_is_what_the_server_did_not_use() {
    let gap = NetworkGap {
        before_nano: 20,
        after_nano: 20,
    };
    assert_eq!(trace(LIKE).network_gap(1), Some(gap));
    assert_eq!(trace(LIKE).network_gap(0), None);
    assert_eq!(trace(LIKE).network_gap(3), None);
}

#[test]
fn self_time_leaves_the_children_out() {
    assert_eq!(trace(LIKE).self_time_nano(0), 15);
    assert_eq!(trace(LIKE).self_time_nano(2), 15);
    assert_eq!(trace(LIKE).self_time_nano(5), 15);
}

#[test]
fn a_server_whose_clock_is_off_is_moved_with_all_below_it() {
    let skewed = trace(
        "
browser client PUT 10..80
  backend server PUT 1030..1060
    db client INSERT 1035..1045
",
    );
    let shifts: Vec<_> = skewed
        .nodes()
        .iter()
        .map(|node| node.clock_shift_nano)
        .collect();
    assert_eq!(shifts, [0, -980, -980]);
    assert_eq!(skewed.extent(), Interval::new(10, 80));
}
