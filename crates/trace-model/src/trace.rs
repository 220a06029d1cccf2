//! A trace as a tree on one time axis.

use crate::{
    Breakdown, Interval, Lane, Place, Span, TraceId, TraceSummary, breakdown,
    clock::{is_remote_call, shift_into},
    interval::covered,
    tree::{self, Placed},
};

/// The spans of one trace, depth first: roots before orphans, siblings by start time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    trace_id: TraceId,
    nodes: Vec<Node>,
}

/// A span with its place in the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub lane: Lane,
    pub place: Place,
    /// Zero for roots and orphans.
    pub depth: usize,
    /// The whole subtree is this node and so many that follow it.
    pub descendants: usize,
    /// Nanoseconds added to the span's times so that it lies within the call it answers.
    pub clock_shift_nano: i64,
}

impl Node {
    /// The span's time on the trace's axis, clock shift included.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        let span = &self.span;
        Interval::new(span.start_unix_nano, span.end_unix_nano).shifted(self.clock_shift_nano)
    }
}

/// What a CLIENT span spent before its server began and after its server was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkGap {
    pub before_nano: u64,
    pub after_nano: u64,
}

impl Trace {
    /// Builds the tree. Spans of other traces are left out.
    #[must_use]
    pub fn from_spans(trace_id: TraceId, mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.trace_id == trace_id);
        let mut nodes: Vec<Node> = Vec::with_capacity(spans.len());
        for placed in tree::depth_first(spans) {
            let shift = clock_shift(&nodes, &placed);
            nodes.push(Node::new(placed, shift));
        }
        Self { trace_id, nodes }
    }

    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The earliest root; without one the earliest span.
    #[must_use]
    pub fn main_node(&self) -> Option<&Node> {
        let first = self.nodes.first()?;
        if first.place == Place::Root {
            return Some(first);
        }
        self.nodes.iter().min_by_key(|node| node.interval().start)
    }

    /// From the earliest start to the latest end of all spans.
    #[must_use]
    pub fn extent(&self) -> Interval {
        let intervals = self.nodes.iter().map(Node::interval);
        intervals
            .reduce(Interval::hull)
            .unwrap_or(Interval::new(0, 0))
    }

    /// What counts as the trace's own time: its root's, or its extent until a root arrives.
    #[must_use]
    pub fn duration_interval(&self) -> Interval {
        let first = self.nodes.first();
        let root = first.filter(|node| node.place == Place::Root);
        root.map_or_else(|| self.extent(), Node::interval)
    }

    /// Indices of the spans directly below the one at `index`.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let end = index + self.nodes[index].descendants;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let child = (next <= end).then_some(next)?;
            next += self.nodes[child].descendants + 1;
            Some(child)
        })
    }

    /// Nanoseconds of the span during which none of its children ran.
    #[must_use]
    pub fn self_time_nano(&self, index: usize) -> u64 {
        let own = self.nodes[index].interval();
        let children = self
            .children(index)
            .map(|child| self.nodes[child].interval());
        own.duration() - covered(own, children)
    }

    /// For a CLIENT span whose server's span is in the trace.
    #[must_use]
    pub fn network_gap(&self, index: usize) -> Option<NetworkGap> {
        let caller = &self.nodes[index];
        let servers = self.children(index).map(|child| &self.nodes[child]);
        let answers = servers.filter(|server| is_remote_call(&caller.span, &server.span));
        let answered = answers.map(Node::interval).reduce(Interval::hull)?;
        let own = caller.interval();
        Some(NetworkGap {
            before_nano: answered.start.saturating_sub(own.start),
            after_nano: own.end.saturating_sub(answered.end),
        })
    }

    /// Where the time went; see [`Breakdown`].
    #[must_use]
    pub fn breakdown(&self) -> Breakdown {
        breakdown::of(self.duration_interval(), &self.nodes)
    }

    /// The trace in one line.
    #[must_use]
    pub fn summary(&self) -> TraceSummary {
        TraceSummary::of(self)
    }
}

impl Node {
    fn new(placed: Placed, clock_shift_nano: i64) -> Self {
        Self {
            lane: Lane::of(&placed.span),
            span: placed.span,
            place: placed.place,
            depth: placed.depth,
            descendants: placed.descendants,
            clock_shift_nano,
        }
    }
}

fn clock_shift(earlier: &[Node], placed: &Placed) -> i64 {
    let Place::Under(parent) = placed.place else {
        return 0;
    };
    let (parent, span) = (&earlier[parent], &placed.span);
    if !is_remote_call(&parent.span, span) {
        return parent.clock_shift_nano;
    }
    let server = Interval::new(span.start_unix_nano, span.end_unix_nano);
    shift_into(parent.interval(), server)
}

#[cfg(test)]
mod tests;
