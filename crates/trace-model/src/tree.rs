//! Orders spans as a tree: the order of a waterfall's rows.
//!
//! Every set of spans has exactly one tree. A span whose parent is not in the set is an
//! *orphan*; orphans and their descendants follow the trees of the roots. A cycle of parents is
//! cut at its earliest span, which becomes an orphan. The code does not recurse, because senders
//! decide how deep a trace is.
//!
//! The client's and the server's span of a call share one id under Zipkin's B3 propagation. In
//! that case the server's span is a child of the client's. A span that names the shared id as its
//! parent is a child of the side with its own service, or else of the server's span.

use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map::Entry},
};

use crate::{Span, SpanId, SpanKind};

/// The parent of a [`Node`](crate::Node).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The span is a root.
    None,
    /// The node at this index of [`Trace::nodes`](crate::Trace::nodes).
    Node(usize),
    /// The span names a parent that is not in the trace, or not yet.
    Missing,
}

/// A span's position in the tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TreeEntry {
    /// Index of the span in the input.
    pub(crate) span: usize,
    pub(crate) parent: Parent,
    pub(crate) depth: usize,
    pub(crate) descendants: usize,
}

/// Removes duplicates and superseded versions of spans. Different spans with one id stay.
pub(crate) fn deduplicate(spans: &mut Vec<Span>) {
    if has_distinct_ids(spans) {
        return;
    }
    let mut unique: Vec<Span> = Vec::with_capacity(spans.len());
    let mut first: HashMap<SpanId, usize> = HashMap::with_capacity(spans.len());
    // Separate from `first`, because hardly any id occurs more than once.
    let mut others: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for span in spans.drain(..) {
        let id = span.span_id;
        let same_id = first.get(&id).into_iter();
        let mut same_id = same_id
            .chain(others.get(&id).into_iter().flatten())
            .copied();
        let version = same_id.find(|index| unique[*index].is_same_operation(&span));
        match version {
            Some(index) if span.supersedes(&unique[index]) => unique[index] = span,
            Some(_) => {}
            None => {
                match first.entry(id) {
                    Entry::Vacant(entry) => {
                        entry.insert(unique.len());
                    }
                    Entry::Occupied(_) => others.entry(id).or_default().push(unique.len()),
                }
                unique.push(span);
            }
        }
    }
    *spans = unique;
}

/// Returns whether all span ids differ, as in most traces.
fn has_distinct_ids(spans: &[Span]) -> bool {
    let mut ids: Vec<SpanId> = spans.iter().map(|span| span.span_id).collect();
    ids.sort_unstable();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}

/// Orders spans depth first, siblings by start time.
pub(crate) fn depth_first(spans: &[Span]) -> Vec<TreeEntry> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|&index| {
        let span = &spans[index];
        (
            span.start_unix_nano,
            Reverse(span.end_unix_nano),
            span.span_id,
            Reverse(span.kind == SpanKind::Client),
        )
    });
    let parents = parents(spans);
    let mut walk = Walk::new(&order, &parents);
    walk.start_where(&order, Parent::None, |index| {
        spans[index].parent_span_id.is_none() && parents[index].is_none()
    });
    walk.start_where(&order, Parent::Missing, |index| parents[index].is_none());
    // The remaining spans have parents but cannot be reached from a root: they are in cycles.
    walk.start_where(&order, Parent::Missing, |_| true);
    count_descendants(&mut walk.entries);
    walk.entries
}

/// Indices of the spans that share an id.
#[derive(Clone, Copy)]
struct SharedId {
    first: usize,
    client: Option<usize>,
    server: Option<usize>,
}

/// Returns the index of each span's parent, if the parent is in the set.
fn parents(spans: &[Span]) -> Vec<Option<usize>> {
    let parents = Parents::new(spans);
    (0..spans.len())
        .map(|index| parents.of(spans, index))
        .collect()
}

struct Parents(HashMap<SpanId, SharedId>);

impl Parents {
    fn new(spans: &[Span]) -> Self {
        let mut by_id: HashMap<SpanId, SharedId> = HashMap::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let shared = by_id.entry(span.span_id).or_insert(SharedId {
                first: index,
                client: None,
                server: None,
            });
            match span.kind {
                SpanKind::Client => shared.client = shared.client.or(Some(index)),
                SpanKind::Server => shared.server = shared.server.or(Some(index)),
                SpanKind::Internal | SpanKind::Producer | SpanKind::Consumer => {}
            }
        }
        Self(by_id)
    }

    /// Returns the index of a span's parent, if the parent is in the set.
    fn of(&self, spans: &[Span], index: usize) -> Option<usize> {
        let span = &spans[index];
        let own_client = self.0.get(&span.span_id).and_then(|same| same.client);
        if span.kind == SpanKind::Server && own_client.is_some() {
            return own_client;
        }
        let shared = self.0.get(&span.parent_span_id?)?;
        let (Some(client), Some(server)) = (shared.client, shared.server) else {
            return Some(shared.first);
        };
        // Both sides of a call share the id: a span belongs to the side with its own service.
        let has_service_of = |side: usize| spans[side].service() == span.service();
        let is_clients = has_service_of(client) && !has_service_of(server) && client != index;
        Some(if is_clients { client } else { server })
    }
}

struct Walk {
    is_visited: Vec<bool>,
    /// Children of each span by descending start time, so that `pop` returns the earliest.
    children: Vec<Vec<usize>>,
    entries: Vec<TreeEntry>,
}

impl Walk {
    fn new(order: &[usize], parents: &[Option<usize>]) -> Self {
        let mut children = vec![Vec::new(); parents.len()];
        for &index in order.iter().rev() {
            if let Some(parent) = parents[index] {
                children[parent].push(index);
            }
        }
        Self {
            is_visited: vec![false; parents.len()],
            children,
            entries: Vec::with_capacity(parents.len()),
        }
    }

    fn start_where(&mut self, order: &[usize], parent: Parent, is_start: impl Fn(usize) -> bool) {
        for &index in order {
            if !self.is_visited[index] && is_start(index) {
                self.visit_subtree(index, parent);
            }
        }
    }

    fn visit_subtree(&mut self, top: usize, parent: Parent) {
        let mut stack = vec![(top, parent, 0)];
        while let Some((span, parent, depth)) = stack.pop() {
            if std::mem::replace(&mut self.is_visited[span], true) {
                continue;
            }
            let children = std::mem::take(&mut self.children[span]);
            let own = Parent::Node(self.entries.len());
            stack.extend(children.into_iter().map(|child| (child, own, depth + 1)));
            self.entries.push(TreeEntry {
                span,
                parent,
                depth,
                descendants: 0,
            });
        }
    }
}

fn count_descendants(entries: &mut [TreeEntry]) {
    for index in (0..entries.len()).rev() {
        if let Parent::Node(parent) = entries[index].parent {
            entries[parent].descendants += entries[index].descendants + 1;
        }
    }
}
