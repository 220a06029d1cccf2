//! Puts spans under their parents: the order in which a waterfall shows them.
//!
//! Any set of spans has exactly one tree. Spans whose parent is not among them are
//! *orphans*; they and their descendants follow after the roots' trees. A ring of spans
//! that are each other's parents is cut open at its earliest span, which becomes an orphan.
//! No recursion: depth is whatever the senders made it.
//!
//! A client's and its server's span may share one id, as Zipkin's B3 propagation has it. Then
//! the server's span is below the client's, and what names that id as its parent is below the
//! one of its own service, or else below the server's.

use std::{
    cmp::Reverse,
    collections::{HashMap, hash_map::Entry},
};

use crate::{Span, SpanId, SpanKind};

/// Where a span hangs in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has no parent.
    Root,
    /// Its parent is the node at this index.
    Under(usize),
    /// Its parent has not arrived.
    Orphan,
}

/// A span's place: its parent, its depth, and how many spans follow below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    /// Which of the given spans it is.
    pub(crate) span: usize,
    pub(crate) place: Place,
    pub(crate) depth: usize,
    pub(crate) descendants: usize,
}

/// Removes spans that came twice, and earlier versions of spans. Others of one id stay.
pub(crate) fn deduplicate(spans: &mut Vec<Span>) {
    if has_distinct_ids(spans) {
        return;
    }
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    let mut first: HashMap<SpanId, usize> = HashMap::with_capacity(spans.len());
    // Hardly any id has more.
    let mut others: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for span in spans.drain(..) {
        let id = span.span_id;
        let same_id = first.get(&id).into_iter();
        let mut same_id = same_id
            .chain(others.get(&id).into_iter().flatten())
            .copied();
        let version = same_id.find(|place| kept[*place].is_same_operation(&span));
        match version {
            Some(place) if span.supersedes(&kept[place]) => kept[place] = span,
            Some(_) => {}
            None => {
                match first.entry(id) {
                    Entry::Vacant(free) => {
                        free.insert(kept.len());
                    }
                    Entry::Occupied(_) => others.entry(id).or_default().push(kept.len()),
                }
                kept.push(span);
            }
        }
    }
    *spans = kept;
}

/// Whether no two spans have the same id, as in most traces.
fn has_distinct_ids(spans: &[Span]) -> bool {
    let mut ids: Vec<SpanId> = spans.iter().map(|span| span.span_id).collect();
    ids.sort_unstable();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}

/// Orders spans depth first, siblings by start time.
pub(crate) fn depth_first(spans: &[Span]) -> Vec<Placed> {
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
    walk.start_where(&order, Place::Root, |index| {
        spans[index].parent_span_id.is_none() && parents[index].is_none()
    });
    walk.start_where(&order, Place::Orphan, |index| parents[index].is_none());
    // What is left has a parent, but no way from a root: rings.
    walk.start_where(&order, Place::Orphan, |_| true);
    count_descendants(&mut walk.placed);
    walk.placed
}

/// The spans that have an id.
#[derive(Clone, Copy)]
struct Holders {
    first: usize,
    client: Option<usize>,
    server: Option<usize>,
}

/// Returns for each span the index of its parent, if that is among the spans.
fn parents(spans: &[Span]) -> Vec<Option<usize>> {
    let known = Parents::new(spans);
    (0..spans.len())
        .map(|index| known.of(spans, index))
        .collect()
}

struct Parents(HashMap<SpanId, Holders>);

impl Parents {
    fn new(spans: &[Span]) -> Self {
        let mut holders: HashMap<SpanId, Holders> = HashMap::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let holder = holders.entry(span.span_id).or_insert(Holders {
                first: index,
                client: None,
                server: None,
            });
            match span.kind {
                SpanKind::Client => holder.client = holder.client.or(Some(index)),
                SpanKind::Server => holder.server = holder.server.or(Some(index)),
                SpanKind::Internal | SpanKind::Producer | SpanKind::Consumer => {}
            }
        }
        Self(holders)
    }

    /// The index of a span's parent, if it is among the spans.
    fn of(&self, spans: &[Span], index: usize) -> Option<usize> {
        let span = &spans[index];
        let shared = self.0.get(&span.span_id).and_then(|same| same.client);
        if span.kind == SpanKind::Server && shared.is_some() {
            return shared;
        }
        let holders = self.0.get(&span.parent_span_id?)?;
        let (Some(client), Some(server)) = (holders.client, holders.server) else {
            return Some(holders.first);
        };
        // When both sides of a call share its id, a span belongs to that of its own service.
        let is_of = |side: usize| spans[side].service() == span.service();
        let is_clients = is_of(client) && !is_of(server) && client != index;
        Some(if is_clients { client } else { server })
    }
}

struct Walk {
    is_placed: Vec<bool>,
    /// Children of each span, the latest start first: they are taken from the end.
    children: Vec<Vec<usize>>,
    placed: Vec<Placed>,
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
            is_placed: vec![false; parents.len()],
            children,
            placed: Vec::with_capacity(parents.len()),
        }
    }

    fn start_where(&mut self, order: &[usize], place: Place, starts: impl Fn(usize) -> bool) {
        for &index in order {
            if !self.is_placed[index] && starts(index) {
                self.subtree(index, place);
            }
        }
    }

    fn subtree(&mut self, top: usize, place: Place) {
        let mut stack = vec![(top, place, 0)];
        while let Some((span, place, depth)) = stack.pop() {
            if std::mem::replace(&mut self.is_placed[span], true) {
                continue;
            }
            let below = std::mem::take(&mut self.children[span]);
            let under = Place::Under(self.placed.len());
            stack.extend(below.into_iter().map(|child| (child, under, depth + 1)));
            self.placed.push(Placed {
                span,
                place,
                depth,
                descendants: 0,
            });
        }
    }
}

fn count_descendants(placed: &mut [Placed]) {
    for index in (0..placed.len()).rev() {
        if let Place::Under(parent) = placed[index].place {
            placed[parent].descendants += placed[index].descendants + 1;
        }
    }
}
