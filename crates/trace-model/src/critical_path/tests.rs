//! The critical path of drawn traces, and of random ones against a slow reference.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    Parent, Span,
    drawing::{TRACE, span_id, spans, trace},
};

/// The pieces as text: `name start..end`, in the order of time.
fn pieces(trace: &Trace) -> Vec<String> {
    let path = trace.critical_path(trace.main_index().unwrap());
    let text = |piece: &PathPiece| {
        let name = &trace.nodes()[piece.node].span.name;
        format!("{name} {}..{}", piece.interval.start, piece.interval.end)
    };
    path.pieces().iter().map(text).collect()
}

fn check(drawing: &str, expected: &[&str]) {
    assert_eq!(pieces(&trace(drawing)), expected, "{drawing}");
}

#[test]
fn the_path_goes_through_the_children_that_finished_last() {
    check(
        "
browser action like 0..100
  browser client PUT 10..80
    backend server put 30..60
      db client INSERT 35..45
      db client UPDATE 50..55
  browser internal render 85..100
",
        &[
            "like 0..10",
            "PUT 10..30",
            "put 30..35",
            "INSERT 35..45",
            "put 45..50",
            "UPDATE 50..55",
            "put 55..60",
            "PUT 60..80",
            "like 80..85",
            "render 85..100",
        ],
    );
}

#[test]
fn a_child_that_was_still_running_when_the_next_one_started_is_not_on_the_path() {
    check(
        "
backend server a 0..100
  db client first 10..60
  db client second 50..90
",
        &["a 0..50", "second 50..90", "a 90..100"],
    );
}

#[test]
fn of_parallel_children_only_the_last_one_is_on_the_path() {
    check(
        "
backend server a 0..100
  db client short 10..40
  db client long 10..90
  db client shorter 10..30
",
        &["a 0..10", "long 10..90", "a 90..100"],
    );
}

#[test]
fn of_children_that_end_together_the_longest_is_on_the_path() {
    check(
        "
backend server a 0..100
  db client short 50..100
  db client long 10..100
",
        &["a 0..10", "long 10..100"],
    );
}

#[test]
fn children_in_the_background_are_not_on_the_path() {
    check(
        "
backend server a 0..5000000
  backend internal audit 100..9000000
  backend internal later 6000000..7000000
  db client SELECT 1000..2000
",
        &["a 0..1000", "SELECT 1000..2000", "a 2000..5000000"],
    );
}

#[test]
fn a_child_that_ends_a_moment_after_its_parent_is_cut() {
    check(
        "
browser action a 0..5000000
  browser internal paint 1000..5900000
",
        &["a 0..1000", "paint 1000..5000000"],
    );
}

#[test]
fn a_client_that_gave_up_waited_for_its_server() {
    check(
        "
backend internal a 0..9000000
  backend client GET 0..5000000
    other server get 100..8000000
      db client SELECT 200..7000000
",
        &[
            "GET 0..100",
            "get 100..200",
            "SELECT 200..5000000",
            "a 5000000..9000000",
        ],
    );
}

#[test]
fn consumers_of_a_message_are_not_waited_for() {
    check(
        "
backend internal order 0..100
  backend producer publish 10..20
    backend consumer process 12..18
  backend internal commit 20..90
",
        &[
            "order 0..10",
            "publish 10..20",
            "commit 20..90",
            "order 90..100",
        ],
    );
}

#[test]
fn children_outside_of_their_parent_and_without_a_duration_are_ignored() {
    check(
        "
backend server a 100..200
  db client before 10..20
  db client early 90..120
  db client instant 150..150
  db client backwards 180..170
  db client unfinished 160..0
  db client undated 0..0
",
        &["early 100..120", "a 120..200"],
    );
}

#[test]
fn a_server_with_a_wrong_clock_is_on_the_path_at_its_shifted_time() {
    check(
        "
browser client PUT 10..80
  backend server put 1030..1060
    db client INSERT 1035..1045
",
        &["PUT 10..50", "put 50..55", "INSERT 55..65", "put 65..80"],
    );
}

#[test]
fn of_several_roots_the_earliest_has_the_path() {
    check(
        "
backend internal first 0..10
backend internal second 5..90
?backend internal orphan 0..99
",
        &["first 0..10"],
    );
    check("?backend internal orphan 5..9", &["orphan 5..9"]);
}

#[test]
fn spans_in_a_cycle_of_parents_have_a_path() {
    let mut cycle = spans("backend internal a 5..9\nbackend internal b 1..9");
    cycle[0].parent_span_id = Some(span_id(2));
    cycle[1].parent_span_id = Some(span_id(1));
    let trace = Trace::from_spans(TRACE.parse().unwrap(), cycle);
    assert_eq!(pieces(&trace), ["b 1..5", "a 5..9"]);
}

#[test]
fn a_trace_without_a_duration_has_an_empty_path() {
    check("backend internal a 5..5", &[]);
    assert!(
        trace("backend internal a 5..5")
            .critical_path(0)
            .spans()
            .is_empty()
    );
}

#[test]
fn shares_add_up_to_the_duration() {
    let trace = trace(
        "
backend server a 0..100
  db client SELECT 10..40
  db client SELECT 50..90
  db client aside 10..20
",
    );
    let shares = trace.critical_path(0).shares(&trace);
    let texts: Vec<_> = shares
        .iter()
        .map(|share| format!("{} {} {}", share.name, share.nanos, share.spans))
        .collect();
    assert_eq!(texts, ["SELECT 70 2", "a 30 1"]);
}

#[test]
fn a_subtree_has_a_path_of_its_own() {
    let trace = trace(
        "
backend internal root 0..100
  backend internal off 8..50
    db client SELECT 20..30
  backend internal on 10..90
",
    );
    assert!(!trace.critical_path(0).contains(2));
    let path = trace.critical_path(1);
    assert_eq!(
        (path.interval(), path.spans()),
        (Interval::new(8, 50), &[1, 2][..])
    );
    assert_eq!((path.nanos_of(1), path.nanos_of(2)), (32, 10));
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_does_not_overflow_the_stack() {
    let chain = (1..=100_000_u64).map(|number| {
        let mut span = Span::new(TRACE.parse().unwrap(), span_id(number as usize), "deep");
        span.parent_span_id = (number > 1).then(|| span_id(number as usize - 1));
        (span.start_unix_nano, span.end_unix_nano) = (number, 1_000_000 - number);
        span
    });
    let trace = Trace::from_spans(TRACE.parse().unwrap(), chain.collect());
    assert_eq!(trace.critical_path(0).spans().len(), 100_000);
}

/// A span of a random trace: the number of its parent, and its times in units of 0.4 ms.
#[derive(Clone, Debug)]
struct Drawn {
    parent: prop::sample::Index,
    start: u64,
    length: u64,
    kind: SpanKind,
}

/// Below a millisecond, so that both sides of the tolerance occur.
const UNIT_NANO: u64 = 400_000;

fn drawn() -> impl Strategy<Value = Drawn> {
    let kinds = [
        SpanKind::Internal,
        SpanKind::Client,
        SpanKind::Server,
        SpanKind::Producer,
        SpanKind::Consumer,
    ];
    let kind = prop::sample::select(kinds.to_vec());
    (any::<prop::sample::Index>(), 1..110_u64, 0..60_u64, kind).prop_map(
        |(parent, start, length, kind)| Drawn {
            parent,
            start,
            length,
            kind,
        },
    )
}

fn random_trace() -> impl Strategy<Value = Trace> {
    vec(drawn(), 0..14).prop_map(|drawn| {
        let span = |number: usize, parent: Option<usize>, units: (u64, u64), kind| {
            let mut span = Span::new(TRACE.parse().unwrap(), span_id(number + 1), "x");
            span.parent_span_id = parent.map(|parent| span_id(parent + 1));
            span.start_unix_nano = units.0 * UNIT_NANO;
            span.end_unix_nano = units.1 * UNIT_NANO;
            span.kind = kind;
            span
        };
        let mut spans = vec![span(0, None, (1, 100), SpanKind::Internal)];
        for drawn in drawn {
            let parent = drawn.parent.index(spans.len());
            let units = (drawn.start, drawn.start + drawn.length);
            spans.push(span(spans.len(), Some(parent), units, drawn.kind));
        }
        Trace::from_spans(TRACE.parse().unwrap(), spans)
    })
}

/// The slow reference: it replays a trace in which one span takes no time.
///
/// A child starts a fixed time after the last of its siblings that had finished before, or after
/// the start of its parent. A parent ends a fixed time after the last of its children.
struct Replay<'a> {
    trace: &'a Trace,
    removed: Option<usize>,
}

impl Replay<'_> {
    /// Returns the children that a span waits for, within its window, by start time.
    fn awaited(&self, node: usize, window: Interval) -> Vec<(usize, Interval)> {
        let nodes = self.trace.nodes();
        let parent = &nodes[node];
        let mut found = Vec::new();
        for (index, child) in nodes.iter().enumerate() {
            let (own, kinds) = (child.interval(), (parent.span.kind, child.span.kind));
            let is_message = kinds == (SpanKind::Producer, SpanKind::Consumer);
            let is_background = own.end > parent.interval().end + 1_000_000;
            let is_call = kinds == (SpanKind::Client, SpanKind::Server);
            let (start, end) = (own.start.max(window.start), own.end.min(window.end));
            if child.parent == Parent::Node(node)
                && start < end
                && (is_call || !is_message && !is_background)
            {
                found.push((index, Interval::new(start, end)));
            }
        }
        found.sort_by_key(|(_, own)| own.start);
        found
    }

    /// Returns when a span ends in the replay if it starts at `start`.
    fn end(&self, node: usize, window: Interval, start: u64) -> u64 {
        if self.removed == Some(node) {
            return start;
        }
        let mut ends = vec![(window.start, start)];
        let last = |ends: &[(u64, u64)], before: u64| {
            let ended = || ends.iter().filter(|end| end.0 <= before);
            let original = ended().map(|end| end.0).max().unwrap();
            (original, ended().map(|end| end.1).max().unwrap())
        };
        for (child, own) in self.awaited(node, window) {
            let (original, replayed) = last(&ends, own.start);
            let end = self.end(child, own, replayed + own.start - original);
            ends.push((own.end, end));
        }
        let (original, replayed) = last(&ends, window.end);
        replayed + window.end - original
    }

    /// Returns whether two children of a span end at the same time: then neither is decisive.
    fn has_tie(&self, node: usize, window: Interval) -> bool {
        let children = self.awaited(node, window);
        let mut ends: Vec<u64> = children.iter().map(|(_, own)| own.end).collect();
        ends.sort_unstable();
        ends.windows(2).any(|pair| pair[0] == pair[1])
            || children
                .iter()
                .any(|&(child, own)| self.has_tie(child, own))
    }
}

/// Returns the spans without which the trace would end earlier.
fn decisive_spans(trace: &Trace) -> Vec<usize> {
    let window = trace.nodes()[0].interval();
    let end = |removed| Replay { trace, removed }.end(0, window, window.start);
    assert_eq!(
        end(None),
        window.end,
        "the replay of all spans is the original"
    );
    let nodes = 0..trace.nodes().len();
    nodes.filter(|&node| end(Some(node)) < window.end).collect()
}

proptest! {
    #[test]
    fn pieces_are_disjoint_and_cover_the_root(trace in random_trace()) {
        let path = trace.critical_path(0);
        let mut reached = path.interval().start;
        for piece in path.pieces() {
            prop_assert_eq!(piece.interval.start, reached);
            prop_assert!(piece.interval.duration() > 0);
            prop_assert!(trace.nodes()[piece.node].interval().contains(piece.interval));
            prop_assert!(path.contains(piece.node));
            reached = piece.interval.end;
        }
        prop_assert_eq!(reached, trace.nodes()[0].interval().end);
        let shares = path.shares(&trace);
        let total: u64 = shares.iter().map(|share| share.nanos).sum();
        prop_assert_eq!(total, path.interval().duration());
    }

    #[test]
    fn the_path_has_exactly_the_spans_without_which_the_trace_would_end_earlier(trace in random_trace()) {
        let window = trace.nodes()[0].interval();
        let replay = Replay { trace: &trace, removed: None };
        prop_assume!(!replay.has_tie(0, window));
        let path = trace.critical_path(0);
        prop_assert_eq!(path.spans(), decisive_spans(&trace));
    }

    #[test]
    fn an_instant_belongs_to_the_innermost_decisive_span(trace in random_trace()) {
        let window = trace.nodes()[0].interval();
        let replay = Replay { trace: &trace, removed: None };
        prop_assume!(!replay.has_tie(0, window));
        let decisive = decisive_spans(&trace);
        let path = trace.critical_path(0);
        for unit in window.start / UNIT_NANO..window.end / UNIT_NANO {
            let instant = unit * UNIT_NANO + UNIT_NANO / 2;
            let covers = |own: Interval| own.start <= instant && instant < own.end;
            let (mut owner, mut own) = (0, window);
            while let Some(&(child, inner)) = replay
                .awaited(owner, own)
                .iter()
                .find(|(child, inner)| decisive.contains(child) && covers(*inner))
            {
                (owner, own) = (child, inner);
            }
            let piece = path.pieces().iter().find(|piece| covers(piece.interval));
            prop_assert_eq!(piece.map(|piece| piece.node), Some(owner));
        }
    }
}
