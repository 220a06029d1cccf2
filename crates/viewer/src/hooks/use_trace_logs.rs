//! Loads the log records of the open trace, and again when more have arrived.

use std::{cell::Cell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use trace_model::TraceId;
use wasm_bindgen_futures::spawn_local;
use yew::{
    functional::{UseStateSetter, use_effect_with, use_mut_ref, use_state},
    hook,
};

use crate::{
    gateway::{self, Error},
    layout::log_rows::TraceLogs,
    live::Change,
    shared::Shared,
};

/// The most log records that are loaded. They are the newest ones.
const MAX_LOGS: usize = 5_000;

/// The minimum pause between two loads.
const MIN_PAUSE_MS: u32 = 200;

/// The log records of the open trace.
#[derive(Clone, PartialEq)]
pub(crate) struct LoadedLogs {
    pub(crate) logs: Shared<TraceLogs>,
    pub(crate) is_loading: bool,
    /// Why the records may be missing or out of date.
    pub(crate) error: Option<Error>,
}

impl Default for LoadedLogs {
    fn default() -> Self {
        Self {
            logs: Shared::new(TraceLogs::default()),
            is_loading: true,
            error: None,
        }
    }
}

/// Loads with one request at a time.
#[derive(Default)]
struct Loader {
    is_running: Cell<bool>,
    is_requested: Cell<bool>,
}

impl Loader {
    async fn run(self: Rc<Self>, id: TraceId, state: UseStateSetter<LoadedLogs>) {
        self.is_requested.set(true);
        if self.is_running.replace(true) {
            return;
        }
        let mut last = LoadedLogs::default();
        while self.is_requested.replace(false) {
            match load(id).await {
                Ok(logs) => {
                    last.logs = Shared::new(logs);
                    last.error = None;
                }
                // The records stay visible after a failed refresh.
                Err(error) => last.error = Some(error),
            }
            last.is_loading = false;
            state.set(last.clone());
            TimeoutFuture::new(MIN_PAUSE_MS).await;
        }
        self.is_running.set(false);
    }
}

async fn load(id: TraceId) -> Result<TraceLogs, Error> {
    let mut page = gateway::trace_logs(id, None).await?;
    let mut logs = std::mem::take(&mut page.logs);
    while let Some(next) = page.next.clone().filter(|_| logs.len() < MAX_LOGS) {
        page = gateway::trace_logs(id, Some(&next)).await?;
        logs.append(&mut page.logs);
    }
    // The response begins with the newest one.
    logs.reverse();
    Ok(TraceLogs::new(logs, page.next.is_some()))
}

/// Loads the log records of a trace, and again when `change` concerns it. Loads nothing without a
/// change. To be used in a component of one trace.
#[hook]
pub(crate) fn use_trace_logs(id: TraceId, change: Option<&Change>) -> LoadedLogs {
    let state = use_state(|| LoadedLogs {
        is_loading: change.is_some(),
        ..LoadedLogs::default()
    });
    let loader = use_mut_ref(|| Rc::new(Loader::default()));
    let loader = Rc::clone(&loader.borrow());
    let setter = state.setter();
    use_effect_with((id, change.cloned()), move |(id, change)| {
        let is_due = |change: &Change| change.number == 0 || change.concerns(*id);
        if change.as_ref().is_some_and(is_due) {
            spawn_local(loader.run(*id, setter));
        }
    });
    (*state).clone()
}
