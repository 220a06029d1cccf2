//! Puts spans under their parents: the order in which a waterfall shows them.
//!
//! Any set of spans has exactly one tree. Spans whose parent is not among them are
//! *orphans*; they and their descendants follow after the roots' trees. A ring of spans
//! that are each other's parents is cut open at its earliest span, which becomes an orphan.
//! No recursion: depth is whatever the senders made it.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use crate::{Span, SpanId};

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
    pub(crate) span: Span,
    pub(crate) place: Place,
    pub(crate) depth: usize,
    pub(crate) descendants: usize,
}

/// Orders spans depth first, siblings by start time. Of spans with one id the first is kept.
pub(crate) fn depth_first(mut spans: Vec<Span>) -> Vec<Placed> {
    let mut seen = HashSet::new();
    spans.retain(|span| seen.insert(span.span_id));
    spans.sort_by_key(|span| {
        (
            span.start_unix_nano,
            Reverse(span.end_unix_nano),
            span.span_id,
        )
    });
    let mut walk = Walk::new(spans, &seen);
    walk.roots();
    walk.orphans(&seen);
    walk.rings();
    count_descendants(&mut walk.placed);
    walk.placed
}

struct Walk {
    /// By start time; taken out as they are placed.
    waiting: Vec<Option<Span>>,
    /// Indices into `waiting`, the latest start first: children are taken from the end.
    children: HashMap<SpanId, Vec<usize>>,
    placed: Vec<Placed>,
}

impl Walk {
    fn new(spans: Vec<Span>, ids: &HashSet<SpanId>) -> Self {
        let mut children: HashMap<SpanId, Vec<usize>> = HashMap::new();
        for (index, span) in spans.iter().enumerate().rev() {
            if let Some(parent) = span.parent_span_id.filter(|parent| ids.contains(parent)) {
                children.entry(parent).or_default().push(index);
            }
        }
        Self {
            placed: Vec::with_capacity(spans.len()),
            waiting: spans.into_iter().map(Some).collect(),
            children,
        }
    }

    fn roots(&mut self) {
        self.start_where(Place::Root, |span| span.parent_span_id.is_none());
    }

    fn orphans(&mut self, ids: &HashSet<SpanId>) {
        self.start_where(Place::Orphan, |span| {
            let parent = span.parent_span_id;
            parent.is_some_and(|parent| !ids.contains(&parent))
        });
    }

    fn rings(&mut self) {
        self.start_where(Place::Orphan, |_| true);
    }

    fn start_where(&mut self, place: Place, starts: impl Fn(&Span) -> bool) {
        for index in 0..self.waiting.len() {
            if self.waiting[index].as_ref().is_some_and(&starts) {
                self.subtree(index, place);
            }
        }
    }

    fn subtree(&mut self, top: usize, place: Place) {
        let mut stack = vec![(top, place, 0)];
        while let Some((index, place, depth)) = stack.pop() {
            let Some(span) = self.waiting[index].take() else {
                continue;
            };
            let below = self.children.remove(&span.span_id).unwrap_or_default();
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
