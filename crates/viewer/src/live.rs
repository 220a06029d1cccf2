//! The live list as a value: how answers and events change it.
//!
//! Rows that are shown are updated where they are. New rows wait while the list has to stay as
//! it is: the pointer is over it, it is scrolled, or it is paused.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use trace_model::{Status, TraceId, TraceSummary, VIEWER_SERVICE};
use yew::functional::Reducible;

use crate::{
    gateway::{Error, Page},
    query::{Condition, Query},
};

/// How many traces one answer has, and a list that nobody paged through keeps.
pub(crate) use crate::gateway::LIMIT;

/// How many traces the list keeps, however long somebody pages.
const MAX_TRACES: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Live {
    pub(crate) query: Query,
    /// Newest first.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    /// New traces that are not shown yet.
    pub(crate) waiting: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) loaded: Loaded,
    /// Where the list goes on; none at its end.
    pub(crate) next: Option<String>,
    /// The gateway's time was up before it had looked at all traces.
    pub(crate) cut_short: bool,
    pub(crate) more: More,
    /// Pages in the list.
    pages: usize,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
    /// Grows when the list has to be asked for again.
    pub(crate) stale: u32,
    /// Grows when somebody asks for the list again, and does not want to wait.
    pub(crate) retries: u32,
    pub(crate) change: Change,
    /// Rows must not move now.
    held: bool,
    pub(crate) paused: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Loaded {
    #[default]
    NotYet,
    Yes,
    Failed(Error),
}

/// What was asked for beyond the list's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum More {
    #[default]
    No,
    Loading,
    Failed(Error),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Connection {
    #[default]
    Connecting,
    Open,
    /// So many tries failed in a row.
    Gone(u32),
}

/// The latest batch of changes; each has a number of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) number: u32,
    /// None: anything may have changed while nobody listened.
    pub(crate) traces: Option<Rc<HashSet<TraceId>>>,
}

impl Live {
    /// Whether the gateway can link to traces at Honeycomb.
    pub(crate) fn in_honeycomb(&self) -> bool {
        let sinks = self.status.iter().flat_map(|status| &status.sinks);
        let mut named = sinks.filter(|sink| sink.name == "honeycomb");
        named.any(|sink| sink.account.is_some())
    }
}

impl Change {
    pub(crate) fn concerns(&self, id: TraceId) -> bool {
        self.traces
            .as_ref()
            .is_none_or(|traces| traces.contains(&id))
    }
}

#[derive(Debug)]
pub(crate) enum Action {
    Query(Query),
    Loaded(Query, Result<Page, Error>),
    /// More is asked for.
    More,
    LoadedMore(Query, Result<Page, Error>),
    Connected,
    Gone,
    /// A batch may hold one trace several times; the last one counts.
    Changed(Vec<TraceSummary>),
    /// More changed than is worth keeping.
    Missed,
    Status(Status),
    /// Whether rows have to stay where they are.
    Hold(bool),
    Pause(bool),
    /// Shows what waits.
    ShowNew,
    Retry,
}

impl Reducible for Live {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut live = (*self).clone();
        match action {
            Action::Query(query) if query == live.query => return self,
            Action::Query(query) => live.start(query),
            // An answer to an earlier question.
            Action::Loaded(query, _) | Action::LoadedMore(query, _) if query != live.query => {
                return self;
            }
            Action::Loaded(_, Ok(page)) => live.show(page),
            Action::Loaded(_, Err(error)) => live.failed(error),
            Action::More => live.more = More::Loading,
            Action::LoadedMore(_, Ok(page)) => live.append(page),
            Action::LoadedMore(_, Err(error)) => live.more = More::Failed(error),
            Action::Connected => live.connected(),
            Action::Gone => live.connection = live.connection.after_failure(),
            Action::Changed(summaries) => live.changed(summaries),
            Action::Missed => live.missed(),
            Action::Status(status) => live.status = Some(Rc::new(status)),
            Action::Hold(held) if held == live.held => return self,
            Action::Hold(held) => {
                live.held = held;
                live.show_new_unless_still();
            }
            Action::Pause(paused) => {
                live.paused = paused;
                live.show_new_unless_still();
            }
            Action::ShowNew => live.show_new(),
            Action::Retry => live.retry(),
        }
        Rc::new(live)
    }
}

impl Live {
    /// The gateway answered, and has nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.loaded == Loaded::Yes && self.query.is_empty() && self.traces.is_empty()
    }

    fn start(&mut self, query: Query) {
        self.query = query;
        self.loaded = Loaded::NotYet;
        self.waiting = Rc::default();
        self.more = More::No;
    }

    /// The first page: all of the list, or what the list has become at its top.
    fn show(&mut self, page: Page) {
        let is_first = !matches!(self.loaded, Loaded::Yes | Loaded::Failed(_)) || self.pages == 0;
        self.loaded = Loaded::Yes;
        self.cut_short = page.cut_short;
        if is_first || self.traces.is_empty() {
            self.waiting = Rc::default();
            self.pages = 1;
            self.next = page.next;
            self.set(page.traces.into_iter().map(Rc::new).collect());
            return;
        }
        if !self.is_still() {
            self.remove_missing(&page);
        }
        if self.pages == 1 {
            self.next.clone_from(&page.next);
        }
        self.take_in(page.traces);
    }

    /// What the gateway did not list where it would be does not match any more.
    fn remove_missing(&mut self, page: &Page) {
        let listed: HashSet<_> = page.traces.iter().map(|trace| trace.trace_id).collect();
        let oldest = page.traces.last().filter(|_| page.next.is_some());
        let oldest = oldest.map_or(0, |trace| trace.listed_unix_nano());
        let is_kept = |trace: &Rc<TraceSummary>| {
            trace.listed_unix_nano() < oldest || listed.contains(&trace.trace_id)
        };
        let kept = self.traces.iter().filter(|trace| is_kept(trace)).cloned();
        self.traces = Rc::new(kept.collect());
    }

    fn append(&mut self, page: Page) {
        self.more = More::No;
        self.pages += 1;
        self.cut_short = page.cut_short;
        self.next = page.next;
        let known = self.traces.iter().cloned();
        let all = known.chain(page.traces.into_iter().map(Rc::new)).collect();
        self.set(all);
    }

    /// Nobody listened until now: the list and the open trace may have missed something.
    fn connected(&mut self) {
        self.connection = Connection::Open;
        self.missed();
    }

    fn missed(&mut self) {
        self.stale += 1;
        self.change = Change {
            number: self.change.number + 1,
            traces: None,
        };
    }

    /// While the gateway is gone, its return is the moment to ask again.
    fn failed(&mut self, error: Error) {
        let is_final = matches!(error, Error::Refused(_));
        self.loaded = Loaded::Failed(error);
        if self.connection == Connection::Open && !is_final {
            self.stale += 1;
        }
    }

    /// Asks at once. Where nothing is shown, the answer of the last try makes way for this one's.
    fn retry(&mut self) {
        self.retries += 1;
        if self.traces.is_empty() {
            self.loaded = Loaded::NotYet;
        }
    }

    fn changed(&mut self, summaries: Vec<TraceSummary>) {
        let ids = summaries.iter().map(|summary| summary.trace_id).collect();
        self.change = Change {
            number: self.change.number + 1,
            traces: Some(Rc::new(ids)),
        };
        if self.query.is_empty() {
            self.take_in(summaries);
        } else {
            // Only the gateway can say what matches: free text looks into the spans.
            self.stale += 1;
        }
    }

    const fn is_still(&self) -> bool {
        self.held || self.paused
    }

    fn shows(&self, summary: &TraceSummary) -> bool {
        let is_own = |condition: &Condition| matches!(condition, Condition::Service(name) if name == VIEWER_SERVICE);
        summary.service != VIEWER_SERVICE || self.query.conditions().any(is_own)
    }

    /// Updates known rows where they are; new ones are shown, or wait.
    fn take_in(&mut self, summaries: Vec<TraceSummary>) {
        let mut fresh: HashMap<TraceId, Rc<TraceSummary>> = summaries
            .into_iter()
            .filter(|summary| self.shows(summary))
            .map(|summary| (summary.trace_id, Rc::new(summary)))
            .collect();
        let mut update = |rows: &Rc<Vec<Rc<TraceSummary>>>| -> Vec<_> {
            let mut newest = |row: &Rc<TraceSummary>| fresh.remove(&row.trace_id);
            rows.iter()
                .map(|row| newest(row).unwrap_or_else(|| Rc::clone(row)))
                .collect()
        };
        let (shown, waiting) = (update(&self.traces), update(&self.waiting));
        let new = waiting.into_iter().chain(fresh.into_values());
        if self.is_still() && !shown.is_empty() {
            self.traces = Rc::new(shown);
            self.waiting = Rc::new(newest_first(new.collect(), LIMIT));
        } else {
            self.waiting = Rc::default();
            self.set(shown.into_iter().chain(new).collect());
        }
    }

    fn show_new_unless_still(&mut self) {
        if !self.is_still() {
            self.show_new();
        }
    }

    fn show_new(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let all = self.traces.iter().chain(waiting.iter()).cloned().collect();
        self.set(all);
    }

    /// Shows these rows. What is cut off at the end can be asked for again.
    fn set(&mut self, rows: Vec<Rc<TraceSummary>>) {
        let limit = if self.pages > 1 { MAX_TRACES } else { LIMIT };
        let is_cut = rows.len() > limit;
        let rows = newest_first(rows, limit);
        if let Some(last) = rows.last().filter(|_| is_cut) {
            self.next = Some(format!("{}-{}", last.listed_unix_nano(), last.trace_id));
        }
        self.traces = Rc::new(rows);
    }
}

impl Connection {
    const fn after_failure(self) -> Self {
        match self {
            Self::Gone(failures) => Self::Gone(failures + 1),
            Self::Connecting | Self::Open => Self::Gone(1),
        }
    }
}

/// Each trace once: rows are told apart by their ids.
fn newest_first(mut traces: Vec<Rc<TraceSummary>>, limit: usize) -> Vec<Rc<TraceSummary>> {
    let mut seen = HashSet::with_capacity(traces.len());
    traces.retain(|trace| seen.insert(trace.trace_id));
    traces.sort_by_key(|trace| Reverse((trace.listed_unix_nano(), trace.trace_id)));
    traces.truncate(limit);
    traces
}

#[cfg(test)]
mod tests;
