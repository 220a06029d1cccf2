//! The state of the trace list, and how responses and events change it.
//!
//! Known rows are updated in place. New rows stay pending while the list is frozen: the pointer is
//! over it, it is scrolled, or it is paused.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use trace_model::{Status, TraceId, TraceSummary, VIEWER_SERVICE};
use yew::functional::Reducible;

use crate::{
    gateway::{Error, MAX_PAGE_TRACES, Page},
    query::{Condition, Query},
};

/// The maximum number of traces in a list of several pages.
const MAX_TRACES: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Live {
    pub(crate) query: Query,
    /// Newest first.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    /// New traces that are not shown yet.
    pub(crate) pending: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) loaded: Loaded,
    /// The cursor of the next page; `None` at the end of the list.
    pub(crate) next_cursor: Option<String>,
    /// The gateway's time limit ended the search before it had searched all traces.
    pub(crate) cut_short: bool,
    pub(crate) next_page: NextPage,
    page_count: usize,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
    /// Incremented when the list must be requested again.
    pub(crate) stale_count: u32,
    /// Incremented when the list must be requested again at once.
    pub(crate) retry_count: u32,
    pub(crate) change: Change,
    /// The traces that got log records.
    pub(crate) log_change: Change,
    /// Incremented when traces were removed by request.
    pub(crate) removals: u32,
    /// The change that an event last reported of a trace. A response to an earlier request is older.
    reported: Rc<HashMap<TraceId, u32>>,
    /// Responses to requests before this change are ignored: a newer one was shown, or traces were removed.
    oldest_response: u32,
    /// Whether the pointer or the scroll position requires that rows do not move.
    frozen: bool,
    pub(crate) paused: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Loaded {
    #[default]
    NotYet,
    Yes,
    Failed(Error),
}

/// The state of the request for the next page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum NextPage {
    #[default]
    NotRequested,
    Loading,
    Failed(Error),
}

/// The state of the event stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Connection {
    #[default]
    Connecting,
    Open,
    /// The last attempts failed; this many in a row.
    Lost {
        failures: u32,
    },
}

/// The latest changes of traces. Each batch of changes has its own number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) number: u32,
    /// `None`: any trace may have changed.
    pub(crate) traces: Option<Rc<HashSet<TraceId>>>,
}

impl Change {
    /// Returns the next change, of these traces or of any.
    fn next(&self, traces: Option<HashSet<TraceId>>) -> Self {
        Self {
            number: self.number + 1,
            traces: traces.map(Rc::new),
        }
    }

    pub(crate) fn concerns(&self, id: TraceId) -> bool {
        self.traces
            .as_ref()
            .is_none_or(|traces| traces.contains(&id))
    }
}

/// A request for the first page of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    pub(crate) query: Query,
    /// The number of the last change before the request. The response may lack later ones.
    pub(crate) change: u32,
}

#[derive(Debug)]
pub(crate) enum Action {
    Query(Query),
    Loaded(Request, Result<Page, Error>),
    LoadNextPage,
    LoadedNextPage(Query, Result<Page, Error>),
    Connected,
    Disconnected,
    /// May contain a trace several times; the last one counts.
    Changed(Vec<TraceSummary>),
    /// These traces got log records.
    LogsArrived(HashSet<TraceId>),
    /// More traces changed than the events report.
    MissedChanges,
    /// Traces were removed by request.
    Removed,
    Status(Box<Status>),
    /// Whether rows must not move.
    Freeze(bool),
    Pause(bool),
    ShowPending,
    Retry,
}

impl Reducible for Live {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut live = (*self).clone();
        match action {
            Action::Query(query) if query == live.query => return self,
            Action::Query(query) => live.start(query),
            // The response to an earlier query.
            Action::LoadedNextPage(query, _) if query != live.query => return self,
            Action::Loaded(request, _) if live.is_outdated(&request) => return self,
            Action::Loaded(request, Ok(page)) => live.update_first_page(page, request.change),
            Action::Loaded(_, Err(error)) => live.fail(error),
            Action::LoadNextPage => live.next_page = NextPage::Loading,
            Action::LoadedNextPage(_, Ok(page)) => live.append(page),
            Action::LoadedNextPage(_, Err(error)) => live.next_page = NextPage::Failed(error),
            Action::Connected => {
                live.connection = Connection::Open;
                // The list and the open trace may have changed while there was no connection.
                live.refresh_all();
            }
            Action::Disconnected => live.connection = live.connection.after_failure(),
            Action::Changed(summaries) => live.apply_changes(summaries),
            Action::LogsArrived(ids) => live.log_change = live.log_change.next(Some(ids)),
            Action::MissedChanges => live.refresh_all(),
            Action::Removed => live.refresh_after_removal(),
            Action::Status(status) => live.status = Some(Rc::from(status)),
            Action::Freeze(frozen) if frozen == live.frozen => return self,
            Action::Freeze(frozen) => {
                live.frozen = frozen;
                live.show_pending_unless_frozen();
            }
            Action::Pause(paused) => {
                live.paused = paused;
                live.show_pending_unless_frozen();
            }
            Action::ShowPending => live.show_pending(),
            Action::Retry => live.retry(),
        }
        Rc::new(live)
    }
}

impl Live {
    /// Returns whether the gateway can link to traces at Honeycomb.
    pub(crate) fn in_honeycomb(&self) -> bool {
        let sinks = self.status.iter().flat_map(|status| &status.sinks);
        let mut honeycomb = sinks.filter(|sink| sink.name == "honeycomb");
        honeycomb.any(|sink| sink.account.is_some())
    }

    /// Returns whether the gateway has no traces at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.loaded == Loaded::Yes && self.query.is_empty() && self.traces.is_empty()
    }

    fn start(&mut self, query: Query) {
        self.query = query;
        self.loaded = Loaded::NotYet;
        self.pending = Rc::default();
        self.reported = Rc::default();
        self.next_page = NextPage::NotRequested;
    }

    fn is_outdated(&self, request: &Request) -> bool {
        request.query != self.query || request.change < self.oldest_response
    }

    /// Replaces the list by the first page of a new query, or merges a refreshed first page. What events
    /// have reported since the request is newer than the page.
    fn update_first_page(&mut self, mut page: Page, change: u32) {
        let is_first =
            !matches!(self.loaded, Loaded::Yes | Loaded::Failed(_)) || self.page_count == 0;
        self.loaded = Loaded::Yes;
        self.cut_short = page.cut_short;
        self.oldest_response = change;
        Rc::make_mut(&mut self.reported).retain(|_, reported| *reported > change);
        let newer = self.reported_rows();
        if is_first || self.traces.is_empty() {
            self.pending = Rc::default();
            self.page_count = 1;
            self.next_cursor = page.next;
            let listed = page.traces.into_iter().map(Rc::new);
            self.set_rows(newer.into_values().chain(listed).collect());
            return;
        }
        if !self.is_frozen() {
            self.remove_missing(&page, &newer);
        }
        if self.page_count == 1 {
            self.next_cursor.clone_from(&page.next);
        }
        page.traces
            .retain(|trace| !newer.contains_key(&trace.trace_id));
        self.merge(page.traces);
    }

    /// Returns the rows, also the pending ones, in [`Self::reported`].
    fn reported_rows(&self) -> HashMap<TraceId, Rc<TraceSummary>> {
        let rows = self.traces.iter().chain(self.pending.iter());
        rows.filter(|row| self.reported.contains_key(&row.trace_id))
            .map(|row| (row.trace_id, Rc::clone(row)))
            .collect()
    }

    /// Removes the rows that the page should contain but does not, because they no longer match. Keeps
    /// those that are newer than the page.
    fn remove_missing(&mut self, page: &Page, newer: &HashMap<TraceId, Rc<TraceSummary>>) {
        let listed: HashSet<_> = page.traces.iter().map(|trace| trace.trace_id).collect();
        let oldest = page.traces.last().filter(|_| page.next.is_some());
        let oldest = oldest.map_or(0, |trace| trace.listed_unix_nano());
        let stays = |trace: &&Rc<TraceSummary>| {
            trace.listed_unix_nano() < oldest
                || listed.contains(&trace.trace_id)
                || newer.contains_key(&trace.trace_id)
        };
        let rows = self.traces.iter().filter(stays).cloned();
        self.traces = Rc::new(rows.collect());
    }

    fn append(&mut self, page: Page) {
        self.next_page = NextPage::NotRequested;
        self.page_count += 1;
        self.cut_short = page.cut_short;
        self.next_cursor = page.next;
        let rows = self.traces.iter().cloned();
        let all = rows.chain(page.traces.into_iter().map(Rc::new)).collect();
        self.set_rows(all);
    }

    /// Requests the list and the open trace again.
    fn refresh_all(&mut self) {
        self.stale_count += 1;
        self.change = self.change.next(None);
        self.log_change = self.log_change.next(None);
    }

    /// Requests the list and the open trace again. The response replaces all rows, also frozen ones.
    fn refresh_after_removal(&mut self) {
        self.removals += 1;
        self.page_count = 0;
        self.pending = Rc::default();
        self.reported = Rc::default();
        self.refresh_all();
        self.oldest_response = self.change.number;
    }

    /// Requests the list again, unless that is useless. While the connection is lost,
    /// reconnecting does so.
    fn fail(&mut self, error: Error) {
        let is_final = matches!(error, Error::BadRequest(_));
        self.loaded = Loaded::Failed(error);
        if self.connection == Connection::Open && !is_final {
            self.stale_count += 1;
        }
    }

    /// Requests the list again at once. Rows that are shown stay, with their error.
    fn retry(&mut self) {
        self.retry_count += 1;
        if self.traces.is_empty() {
            self.loaded = Loaded::NotYet;
        }
    }

    fn apply_changes(&mut self, summaries: Vec<TraceSummary>) {
        let ids: HashSet<_> = summaries.iter().map(|summary| summary.trace_id).collect();
        self.change = self.change.next(Some(ids.clone()));
        if self.query.is_empty() {
            self.merge(summaries);
            self.remember_reported(ids);
        } else {
            // Only the gateway knows whether a trace matches: free text searches its spans.
            self.stale_count += 1;
        }
    }

    /// Remembers which rows the latest change has updated, and forgets traces that are not listed.
    fn remember_reported(&mut self, ids: HashSet<TraceId>) {
        let number = self.change.number;
        let reported = Rc::make_mut(&mut self.reported);
        reported.extend(ids.into_iter().map(|id| (id, number)));
        if reported.len() > self.traces.len() + self.pending.len() + MAX_PAGE_TRACES {
            let rows = self.traces.iter().chain(self.pending.iter());
            let listed: HashSet<_> = rows.map(|row| row.trace_id).collect();
            reported.retain(|id, _| listed.contains(id));
        }
    }

    const fn is_frozen(&self) -> bool {
        self.frozen || self.paused
    }

    /// Hides the viewer's own traces, unless the query asks for them.
    fn is_listed(&self, summary: &TraceSummary) -> bool {
        let is_own = |condition: &Condition| matches!(condition, Condition::Service(name) if name == VIEWER_SERVICE);
        summary.service != VIEWER_SERVICE || self.query.conditions().any(is_own)
    }

    /// Updates known rows in place. New rows are added, or stay pending while the list is frozen.
    fn merge(&mut self, summaries: Vec<TraceSummary>) {
        let mut changed: HashMap<TraceId, Rc<TraceSummary>> = summaries
            .into_iter()
            .filter(|summary| self.is_listed(summary))
            .map(|summary| (summary.trace_id, Rc::new(summary)))
            .collect();
        let mut update = |rows: &Rc<Vec<Rc<TraceSummary>>>| -> Vec<_> {
            let mut latest = |row: &Rc<TraceSummary>| changed.remove(&row.trace_id);
            rows.iter()
                .map(|row| latest(row).unwrap_or_else(|| Rc::clone(row)))
                .collect()
        };
        let (rows, pending) = (update(&self.traces), update(&self.pending));
        let new = pending.into_iter().chain(changed.into_values());
        if self.is_frozen() && !rows.is_empty() {
            self.traces = Rc::new(rows);
            self.pending = Rc::new(newest_first(new.collect(), MAX_PAGE_TRACES));
        } else {
            self.pending = Rc::default();
            self.set_rows(rows.into_iter().chain(new).collect());
        }
    }

    fn show_pending_unless_frozen(&mut self) {
        if !self.is_frozen() {
            self.show_pending();
        }
    }

    fn show_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let all = self.traces.iter().chain(pending.iter()).cloned().collect();
        self.set_rows(all);
    }

    /// Sets the rows up to the limit. The rest remains available as the next page.
    fn set_rows(&mut self, rows: Vec<Rc<TraceSummary>>) {
        let limit = if self.page_count > 1 {
            MAX_TRACES
        } else {
            MAX_PAGE_TRACES
        };
        let is_cut = rows.len() > limit;
        let rows = newest_first(rows, limit);
        if let Some(last) = rows.last().filter(|_| is_cut) {
            self.next_cursor = Some(format!("{}-{}", last.listed_unix_nano(), last.trace_id));
        }
        self.traces = Rc::new(rows);
    }
}

impl Connection {
    const fn after_failure(self) -> Self {
        let failures = match self {
            Self::Lost { failures } => failures + 1,
            Self::Connecting | Self::Open => 1,
        };
        Self::Lost { failures }
    }
}

/// Removes duplicates, because the ids are the keys of the rows, and sorts.
fn newest_first(mut traces: Vec<Rc<TraceSummary>>, limit: usize) -> Vec<Rc<TraceSummary>> {
    let mut seen = HashSet::with_capacity(traces.len());
    traces.retain(|trace| seen.insert(trace.trace_id));
    traces.sort_by_key(|trace| Reverse((trace.listed_unix_nano(), trace.trace_id)));
    traces.truncate(limit);
    traces
}

#[cfg(test)]
mod tests;
