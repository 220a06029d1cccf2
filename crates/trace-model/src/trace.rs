//! A trace as a tree on one time axis.

use crate::{
    Breakdown, CriticalPath, Interval, Lane, NameStatistics, NetworkTime, Parent, RequestPhases,
    SiblingGroup, Span, TraceId, TraceSummary,
    clock::{is_remote_call, shift_into},
    interval::covered,
    network,
    tree::{self, TreeEntry},
};

/// The spans of one trace, depth first: roots before orphans, siblings by start time.
///
/// Build it from all spans of the trace that have arrived. Use [`Trace::summary`] where one line
/// is enough.
///
/// # Examples
///
/// ```
/// use trace_model::{Parent, Span, Trace};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let root = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// let mut request = Span::new(trace_id, "00f067aa0ba902b8".parse()?, "PUT");
/// request.parent_span_id = Some(root.span_id);
///
/// // The order in which spans arrive does not matter.
/// let trace = Trace::from_spans(trace_id, vec![request, root]);
/// assert_eq!(trace.nodes()[0].span.name, "crud.like");
/// assert_eq!(trace.nodes()[1].parent, Parent::Node(0));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    trace_id: TraceId,
    nodes: Vec<Node>,
    extent: Interval,
}

/// A span and its position in the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Span,
    pub lane: Lane,
    pub parent: Parent,
    /// Zero for roots and orphans.
    pub depth: usize,
    /// Number of spans below this one. They are the nodes that directly follow it.
    pub descendants: usize,
    /// Nanoseconds added to the span's times so that a server's span lies within its call.
    pub clock_shift_nano: i64,
    /// When the request was on the network. Set for CLIENT spans of a browser.
    pub network: Option<NetworkTime>,
}

impl Node {
    fn new(span: Span, entry: &TreeEntry, clock_shift_nano: i64) -> Self {
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
            parent: entry.parent,
            depth: entry.depth,
            descendants: entry.descendants,
            clock_shift_nano,
        }
    }

    /// Returns the span's time on the trace's axis, clock shift included.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.span.interval().shifted(self.clock_shift_nano)
    }
}

impl Trace {
    /// Builds the tree. Ignores spans of other traces, duplicates and superseded versions.
    #[must_use]
    pub fn from_spans(trace_id: TraceId, mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.trace_id == trace_id);
        tree::deduplicate(&mut spans);
        let entries = tree::depth_first(&spans);
        let mut spans: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
        let mut nodes: Vec<Node> = Vec::with_capacity(spans.len());
        for entry in entries {
            // Each span has exactly one entry.
            if let Some(span) = spans[entry.span].take() {
                let shift = clock_shift(&nodes, entry.parent, &span);
                nodes.push(Node::new(span, &entry, shift));
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

    /// Returns the trace's id.
    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Returns the spans in the order of the tree.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the earliest root, once it has arrived.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.nodes
            .first()
            .filter(|node| node.parent == Parent::None)
    }

    /// Returns the earliest root, or the earliest span of a trace without a root.
    #[must_use]
    pub fn main_node(&self) -> Option<&Node> {
        self.main_index().map(|index| &self.nodes[index])
    }

    /// Returns the index of [`Trace::main_node`].
    #[must_use]
    pub fn main_index(&self) -> Option<usize> {
        let earliest =
            || (0..self.nodes.len()).min_by_key(|&index| self.nodes[index].interval().start);
        self.root().map(|_| 0).or_else(earliest)
    }

    /// Returns the time from the earliest start to the latest end of all spans. Spans whose times
    /// are not set do not count.
    #[must_use]
    pub const fn extent(&self) -> Interval {
        self.extent
    }

    /// Returns the indices of the direct children of the node at `index`.
    ///
    /// # Panics
    ///
    /// If there is no such node; so do the other methods with an index.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> {
        let end = index + self.nodes[index].descendants;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let child = (next <= end).then_some(next)?;
            next += self.nodes[child].descendants + 1;
            Some(child)
        })
    }

    /// Returns the nodes at `index` and below it: all nodes for `None`.
    pub(crate) fn subtree(&self, index: Option<usize>) -> std::ops::Range<usize> {
        index.map_or(0..self.nodes.len(), |index| {
            index..index + self.nodes[index].descendants + 1
        })
    }

    /// Returns the nanoseconds of a span during which none of its children ran.
    #[must_use]
    pub fn self_time_nano(&self, index: usize) -> u64 {
        let own = self.nodes[index].interval();
        let children = self
            .children(index)
            .map(|child| self.nodes[child].interval());
        own.duration() - covered(own, children)
    }

    /// Returns the spans on which the duration of the node at `index` depends; see
    /// [`CriticalPath`]. For the whole trace, use the index of [`Trace::main_index`].
    #[must_use]
    pub fn critical_path(&self, index: usize) -> CriticalPath {
        CriticalPath::of(self, index)
    }

    /// Adds up the node at `index` and its descendants by service and name, the longest total
    /// first. `None` adds up all spans of the trace.
    #[must_use]
    pub fn statistics(&self, index: Option<usize>) -> Vec<NameStatistics> {
        NameStatistics::of(self, index)
    }

    /// Returns the groups of at least `min_spans` identical siblings, in the order of the tree.
    #[must_use]
    pub fn sibling_groups(&self, min_spans: usize) -> Vec<SiblingGroup> {
        SiblingGroup::all_of(self, min_spans)
    }

    /// Returns how the time of a CLIENT span was spent. `None` for other spans, and for calls
    /// outside a browser whose server span is not in the trace.
    #[must_use]
    pub fn request_phases(&self, index: usize) -> Option<RequestPhases> {
        RequestPhases::of(&self.nodes, index)
    }

    /// Divides the trace's time between browser, network, back end and database.
    #[must_use]
    pub fn breakdown(&self) -> Breakdown {
        Breakdown::of(self.extent, &self.nodes)
    }

    /// Summarizes the trace in one line.
    #[must_use]
    pub fn summary(&self) -> TraceSummary {
        TraceSummary::of(self)
    }
}

fn clock_shift(earlier: &[Node], parent: Parent, span: &Span) -> i64 {
    let Parent::Node(parent) = parent else {
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
