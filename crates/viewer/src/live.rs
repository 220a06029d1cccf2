//! The live list as a value: how answers and events change it.

use std::{cmp::Reverse, collections::HashSet, rc::Rc};

use trace_model::{Status, TraceId, TraceSummary};
use yew::functional::Reducible;

use crate::{gateway::Error, query::Filter};

/// The viewer traces itself; those traces are not what anybody came to see.
const OWN_SERVICE: &str = "trace-viewer";

/// How many traces the list keeps.
pub(crate) use crate::gateway::LIMIT;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Live {
    pub(crate) filter: Filter,
    /// Newest first.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) loaded: Loaded,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
    /// Grows when the list has to be asked for again.
    pub(crate) stale: u32,
    pub(crate) change: Change,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Loaded {
    #[default]
    NotYet,
    Yes,
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
    Filter(Filter),
    Loaded(Filter, Result<Vec<TraceSummary>, Error>),
    Connected,
    Gone,
    Changed(Vec<TraceSummary>),
    Status(Status),
}

impl Reducible for Live {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut live = (*self).clone();
        match action {
            Action::Filter(filter) if filter == live.filter => return self,
            Action::Filter(filter) => live.start(filter),
            // An answer to an earlier question.
            Action::Loaded(filter, _) if filter != live.filter => return self,
            Action::Loaded(_, Ok(traces)) => live.show(traces),
            Action::Loaded(_, Err(error)) => live.failed(error),
            Action::Connected => live.connected(),
            Action::Gone => live.connection = live.connection.after_failure(),
            Action::Changed(summaries) => live.changed(summaries),
            Action::Status(status) => live.status = Some(Rc::new(status)),
        }
        Rc::new(live)
    }
}

impl Live {
    /// The gateway answered, and has nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.loaded == Loaded::Yes && self.filter.is_empty() && self.traces.is_empty()
    }

    fn start(&mut self, filter: Filter) {
        self.filter = filter;
        self.loaded = Loaded::NotYet;
    }

    fn show(&mut self, summaries: Vec<TraceSummary>) {
        self.traces = Rc::new(newest_first(summaries.into_iter().map(Rc::new).collect()));
        self.loaded = Loaded::Yes;
    }

    /// Nobody listened until now: the list and the open trace may have missed something.
    fn connected(&mut self) {
        self.connection = Connection::Open;
        self.stale += 1;
        self.change = Change {
            number: self.change.number + 1,
            traces: None,
        };
    }

    /// While the gateway is gone, its return is the moment to ask again.
    fn failed(&mut self, error: Error) {
        self.loaded = Loaded::Failed(error);
        if self.connection == Connection::Open {
            self.stale += 1;
        }
    }

    fn changed(&mut self, summaries: Vec<TraceSummary>) {
        let ids = summaries.iter().map(|summary| summary.trace_id).collect();
        self.change = Change {
            number: self.change.number + 1,
            traces: Some(Rc::new(ids)),
        };
        if self.filter.is_empty() {
            self.take_in(summaries);
        } else {
            // Only the gateway can say what matches: free text looks into the spans.
            self.stale += 1;
        }
    }

    fn take_in(&mut self, mut summaries: Vec<TraceSummary>) {
        summaries.retain(|summary| summary.service != OWN_SERVICE);
        let replaced: HashSet<_> = summaries.iter().map(|summary| summary.trace_id).collect();
        let kept = self
            .traces
            .iter()
            .filter(|known| !replaced.contains(&known.trace_id));
        let kept: Vec<_> = kept.cloned().collect();
        let all = kept.into_iter().chain(summaries.into_iter().map(Rc::new));
        self.traces = Rc::new(newest_first(all.collect()));
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

fn newest_first(mut traces: Vec<Rc<TraceSummary>>) -> Vec<Rc<TraceSummary>> {
    traces.sort_by_key(|trace| Reverse((trace.listed_unix_nano(), trace.trace_id)));
    traces.truncate(LIMIT);
    traces
}

#[cfg(test)]
mod tests;
