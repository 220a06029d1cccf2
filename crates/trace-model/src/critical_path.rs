//! The critical path: the spans on which the duration of a trace depends.

use std::collections::{HashMap, hash_map::Entry};

use crate::{Interval, Lane, Node, SpanKind, Trace, clock::is_remote_call};

/// The spans on which the duration of one span, its *top*, depends, and when.
///
/// The path is found backwards. It starts at the end of the top. From an instant in a span it goes
/// to the end of the child that finished last until then; the time in between is a piece of the
/// span itself, its own work or a wait for something without a span. It goes through the child, and
/// continues in the parent at the start of the child. A child that was still running then is not on
/// the path: what followed did not wait for it.
///
/// The pieces are disjoint and cover the top exactly. If each span starts as soon as what it waited
/// for has finished, the top would end earlier without any of the spans of the path, unless another
/// one ended in the same nanosecond.
///
/// A parent waits for a child, except for these:
///
/// * a child that ends more than a millisecond after the parent: it works in the background;
/// * a CONSUMER of a PRODUCER, or of another service: it works on a message;
/// * a span that only links to the parent: the tree does not have it as a child.
///
/// A SERVER that outlives its CLIENT is waited for until the client gives up. Children count only
/// within their parent, so that wrong clocks cannot extend the path. Children without a duration
/// are not on it.
///
/// # Examples
///
/// ```
/// use trace_model::{Span, Trace};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let mut root = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// (root.start_unix_nano, root.end_unix_nano) = (100, 200);
/// let mut request = Span::new(trace_id, "00f067aa0ba902b8".parse()?, "PUT");
/// (request.start_unix_nano, request.end_unix_nano) = (120, 190);
/// request.parent_span_id = Some(root.span_id);
///
/// let trace = Trace::from_spans(trace_id, vec![root, request]);
/// let shares = trace.critical_path(0).shares(&trace);
/// assert_eq!((shares[0].name.as_str(), shares[0].nanos), ("PUT", 70));
/// assert_eq!((shares[1].name.as_str(), shares[1].nanos), ("crud.like", 30));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriticalPath {
    top: usize,
    window: Interval,
    pieces: Vec<PathPiece>,
    /// The same pieces by node, then by time.
    by_node: Vec<PathPiece>,
    spans: Vec<usize>,
}

/// A part of a critical path in which no child was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathPiece {
    /// The index of the node.
    pub node: usize,
    /// On the trace's axis, never empty.
    pub interval: Interval,
}

/// The part of a critical path in spans of one service and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathShare {
    pub service: String,
    pub name: String,
    /// The index of the first such span on the path.
    pub node: usize,
    pub lane: Lane,
    pub nanos: u64,
    /// The number of spans with a piece.
    pub spans: usize,
}

/// How far a child may end after its parent and still count as waited for. Clocks of browsers have
/// a resolution of up to a millisecond.
const END_TOLERANCE_NANO: u64 = 1_000_000;

impl CriticalPath {
    pub(crate) fn of(trace: &Trace, top: usize) -> Self {
        let window = trace.nodes()[top].interval();
        let mut path = Self {
            top,
            window,
            pieces: Vec::new(),
            by_node: Vec::new(),
            spans: Vec::new(),
        };
        path.walk(trace);
        path.pieces.reverse();
        path.by_node.clone_from(&path.pieces);
        path.by_node.sort_unstable();
        path.spans.sort_unstable();
        path
    }

    /// Visits the spans of the path from the end of the top to its start.
    fn walk(&mut self, trace: &Trace) {
        if self.window.duration() == 0 {
            return;
        }
        self.spans.push(self.top);
        let mut stack = vec![Visit::new(trace, self.top, self.window)];
        while let Some(visit) = stack.last_mut() {
            let child = visit.next_child();
            let from = child.map_or(visit.start, |(_, window)| window.end);
            if from < visit.until {
                self.pieces.push(PathPiece {
                    node: visit.node,
                    interval: Interval::new(from, visit.until),
                });
            }
            if let Some((child, window)) = child {
                visit.until = window.start;
                self.spans.push(child);
                stack.push(Visit::new(trace, child, window));
            } else {
                stack.pop();
            }
        }
    }

    /// Returns the index of the node whose duration the path explains.
    #[must_use]
    pub const fn top(&self) -> usize {
        self.top
    }

    /// Returns the interval of the top, which the pieces cover.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        self.window
    }

    /// Returns the pieces in the order of time.
    #[must_use]
    pub fn pieces(&self) -> &[PathPiece] {
        &self.pieces
    }

    /// Returns the pieces of a node in the order of time.
    #[must_use]
    pub fn pieces_of(&self, node: usize) -> &[PathPiece] {
        let start = self.by_node.partition_point(|piece| piece.node < node);
        let end = self.by_node.partition_point(|piece| piece.node <= node);
        &self.by_node[start..end]
    }

    /// Returns the nanoseconds of a node's pieces.
    #[must_use]
    pub fn nanos_of(&self, node: usize) -> u64 {
        let pieces = self.pieces_of(node).iter();
        pieces.map(|piece| piece.interval.duration()).sum()
    }

    /// Returns the indices of the nodes on the path, ascending. A node without a piece of its own
    /// is included if the path goes through its children.
    #[must_use]
    pub fn spans(&self) -> &[usize] {
        &self.spans
    }

    /// Returns whether the path goes through a node.
    #[must_use]
    pub fn contains(&self, node: usize) -> bool {
        self.spans.binary_search(&node).is_ok()
    }

    /// Adds up the pieces by service and name, the longest first. The shares add up to the duration
    /// of the top.
    #[must_use]
    pub fn shares(&self, trace: &Trace) -> Vec<PathShare> {
        let mut positions: HashMap<(&str, &str), usize> = HashMap::new();
        let mut shares: Vec<PathShare> = Vec::new();
        let mut previous = None;
        for piece in &self.by_node {
            let Node { span, lane, .. } = &trace.nodes()[piece.node];
            let position = match positions.entry((span.service(), &span.name)) {
                Entry::Occupied(entry) => *entry.get(),
                Entry::Vacant(entry) => {
                    shares.push(PathShare {
                        service: span.service().to_owned(),
                        name: span.name.clone(),
                        node: piece.node,
                        lane: *lane,
                        nanos: 0,
                        spans: 0,
                    });
                    *entry.insert(shares.len() - 1)
                }
            };
            shares[position].nanos += piece.interval.duration();
            shares[position].spans += usize::from(previous != Some(piece.node));
            previous = Some(piece.node);
        }
        shares.sort_by_key(|share| (std::cmp::Reverse(share.nanos), share.node));
        shares
    }
}

/// The walk's state in a span.
struct Visit {
    node: usize,
    start: u64,
    /// The part before this time is not visited yet.
    until: u64,
    /// The children that the span waits for, the last-finishing one at the end.
    children: Vec<(usize, Interval)>,
}

impl Visit {
    fn new(trace: &Trace, node: usize, window: Interval) -> Self {
        let parent = &trace.nodes()[node];
        let children = trace.children(node).filter_map(|index| {
            let child = &trace.nodes()[index];
            let clipped = child.interval().clip(window);
            (clipped.duration() > 0 && is_awaited(parent, child)).then_some((index, clipped))
        });
        let mut children: Vec<_> = children.collect();
        // Of several that end together, the longest explains most.
        children.sort_by_key(|(index, own)| (own.end, std::cmp::Reverse((own.start, *index))));
        Self {
            node,
            start: window.start,
            until: window.end,
            children,
        }
    }

    /// Returns the child that finished last in the part that is not visited yet.
    fn next_child(&mut self) -> Option<(usize, Interval)> {
        while let Some(child) = self.children.pop() {
            if child.1.end <= self.until {
                return Some(child);
            }
        }
        None
    }
}

fn is_awaited(parent: &Node, child: &Node) -> bool {
    if is_remote_call(&parent.span, &child.span) {
        return true;
    }
    let is_message = child.span.kind == SpanKind::Consumer
        && (parent.span.kind == SpanKind::Producer
            || parent.span.service() != child.span.service());
    let latest_end = parent.interval().end.saturating_add(END_TOLERANCE_NANO);
    !is_message && child.interval().end <= latest_end
}

#[cfg(test)]
mod tests;
