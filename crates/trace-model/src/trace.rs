//! A trace as a tree on one time axis.

use crate::{
    Breakdown, Interval, Lane, NetworkTime, Place, RequestPhases, Span, TraceId, TraceSummary,
    breakdown,
    clock::{is_remote_call, shift_into},
    interval::covered,
    network,
    tree::{self, Placed},
};

/// The spans of one trace, depth first: roots before orphans, siblings by start time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    trace_id: TraceId,
    nodes: Vec<Node>,
    extent: Interval,
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
    /// When the request was on the network; for CLIENT spans that a browser made.
    pub network: Option<NetworkTime>,
}

impl Node {
    /// The span's time on the trace's axis, clock shift included.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.span.interval().shifted(self.clock_shift_nano)
    }
}

impl Trace {
    /// Builds the tree. Spans of other traces are left out.
    #[must_use]
    pub fn from_spans(trace_id: TraceId, mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.trace_id == trace_id);
        tree::deduplicate(&mut spans);
        let placed = tree::depth_first(&spans);
        let mut spans: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
        let mut nodes: Vec<Node> = Vec::with_capacity(spans.len());
        for placed in placed {
            // Each span has one place.
            if let Some(span) = spans[placed.span].take() {
                let shift = clock_shift(&nodes, placed.place, &span);
                nodes.push(Node::new(span, &placed, shift));
            }
        }
        network::resolve(&mut nodes);
        let extent = extent(&nodes);
        Self {
            trace_id,
            nodes,
            extent,
        }
    }

    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The earliest root, once it has arrived.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.nodes.first().filter(|node| node.place == Place::Root)
    }

    /// The earliest root; without one the earliest span.
    #[must_use]
    pub fn main_node(&self) -> Option<&Node> {
        let earliest = || self.nodes.iter().min_by_key(|node| node.interval().start);
        self.root().or_else(earliest)
    }

    /// The trace's time: from the earliest start to the latest end of all spans. Spans whose
    /// start was not set do not count.
    #[must_use]
    pub const fn extent(&self) -> Interval {
        self.extent
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

    /// What the time of a CLIENT span was spent on: for requests of a page, and for other calls
    /// whose server's span is in the trace.
    #[must_use]
    pub fn request_phases(&self, index: usize) -> Option<RequestPhases> {
        RequestPhases::of(&self.nodes, index)
    }

    /// Where the time went; see [`Breakdown`].
    #[must_use]
    pub fn breakdown(&self) -> Breakdown {
        breakdown::of(self.extent, &self.nodes)
    }

    /// The trace in one line.
    #[must_use]
    pub fn summary(&self) -> TraceSummary {
        TraceSummary::of(self)
    }
}

impl Node {
    fn new(span: Span, placed: &Placed, clock_shift_nano: i64) -> Self {
        let lane = Lane::of(&span);
        let is_request = network::is_request(lane, &span);
        let measured = is_request.then(|| network::measured(&span)).flatten();
        Self {
            lane,
            network: measured.map(|network| NetworkTime {
                interval: network.interval.shifted(clock_shift_nano),
                ..network
            }),
            span,
            place: placed.place,
            depth: placed.depth,
            descendants: placed.descendants,
            clock_shift_nano,
        }
    }
}

fn clock_shift(earlier: &[Node], place: Place, span: &Span) -> i64 {
    let Place::Under(parent) = place else {
        return 0;
    };
    let parent = &earlier[parent];
    if !is_remote_call(&parent.span, span) {
        return parent.clock_shift_nano;
    }
    let server = span.interval();
    shift_into(network::answer_window(parent, server), server)
}

/// From the earliest start to the latest end. Spans without any time do not count.
fn extent(nodes: &[Node]) -> Interval {
    let is_dated = |node: &&Node| node.span.start_unix_nano != 0 || node.span.end_unix_nano != 0;
    let dated = nodes.iter().filter(is_dated).map(Node::interval);
    dated.reduce(Interval::hull).unwrap_or(Interval::new(0, 0))
}

#[cfg(test)]
mod tests;
