//! Loads the open trace, and its new spans while it grows.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::future::TimeoutFuture;
use otel_web_yew::use_load;
use trace_model::{Trace, TraceId};
use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback,
    functional::{Reducible, UseReducerDispatcher, use_effect_with, use_mut_ref, use_reducer},
    hook,
};

use crate::{
    gateway::{self, Error, Initiator, TraceResponse},
    live::Change,
    shared::Shared,
};

/// The minimum pause between two requests for a growing trace.
const MIN_PAUSE_MS: f64 = 100.0;
/// The pause is also this many times as long as building the trace took.
const PAUSE_FACTOR: f64 = 4.0;
const MAX_PAUSE_MS: f64 = 60_000.0;

/// The state of the open trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum TraceLoad {
    #[default]
    Loading,
    Ready(Shared<Trace>),
    Failed(Error),
}

/// The open trace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenTrace {
    pub(crate) load: TraceLoad,
    /// Why the trace may be out of date.
    pub(crate) refresh_error: Option<Error>,
    pub(crate) retry: Callback<()>,
}

/// The state of the trace with this id. A response may arrive after another trace was opened.
#[derive(Clone, Default, PartialEq)]
struct Open {
    id: Option<TraceId>,
    load: TraceLoad,
    refresh_error: Option<Error>,
}

enum Action {
    Open(Option<TraceId>),
    /// `None`: the trace has no new spans.
    Loaded(TraceId, Result<Option<Shared<Trace>>, Error>),
    Retry,
}

type Dispatch = UseReducerDispatcher<Open>;

impl Reducible for Open {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut open = (*self).clone();
        match action {
            Action::Open(id) => {
                open = Self {
                    id,
                    ..Self::default()
                }
            }
            Action::Loaded(id, _) if self.id != Some(id) => return self,
            Action::Retry if !matches!(open.load, TraceLoad::Failed(_)) => return self,
            Action::Retry => open.load = TraceLoad::Loading,
            Action::Loaded(_, Ok(None)) if open.refresh_error.is_none() => return self,
            Action::Loaded(_, Ok(None)) => open.refresh_error = None,
            Action::Loaded(_, Ok(Some(trace))) => {
                open.load = TraceLoad::Ready(trace);
                open.refresh_error = None;
            }
            // The trace stays visible after a failed refresh.
            Action::Loaded(_, Err(error)) => match open.load {
                TraceLoad::Ready(_) => open.refresh_error = Some(error),
                TraceLoad::Loading | TraceLoad::Failed(_) => open.load = TraceLoad::Failed(error),
            },
        }
        Rc::new(open)
    }
}

/// Requests a trace and its new spans, with one request at a time.
#[derive(Default)]
struct Loader {
    loaded: RefCell<Option<LoadedTrace>>,
    /// Incremented when a trace is opened: responses to earlier requests are ignored.
    generation: Cell<u32>,
    is_in_flight: Cell<bool>,
    is_requested: Cell<bool>,
    /// Milliseconds since 1970.
    paused_until: Cell<f64>,
}

#[derive(Clone)]
struct LoadedTrace {
    trace: Shared<Trace>,
    revision: Option<String>,
}

impl Loader {
    /// Forgets the trace that was open before. The new one does not wait for its response.
    fn reset(&self) {
        self.loaded.replace(None);
        self.paused_until.set(0.0);
        self.generation.set(self.generation.get().wrapping_add(1));
        self.is_in_flight.set(false);
    }

    /// Loads the trace until no further load is requested. Returns at once if another call is
    /// doing so already.
    async fn load(self: Rc<Self>, id: TraceId, initiator: Initiator, dispatch: Dispatch) {
        self.is_requested.set(true);
        if self.is_in_flight.replace(true) {
            return;
        }
        let generation = self.generation.get();
        let mut initiator = initiator;
        while self.is_requested.replace(false) {
            if initiator == Initiator::Background {
                self.pause(generation).await;
            }
            if self.generation.get() == generation {
                self.request(id, initiator, &dispatch).await;
            }
            if self.generation.get() != generation {
                return;
            }
            initiator = Initiator::Background;
        }
        self.is_in_flight.set(false);
    }

    /// Waits until the pause is over, or another trace is opened.
    async fn pause(&self, generation: u32) {
        while self.generation.get() == generation {
            let left_ms = self.paused_until.get() - js_sys::Date::now();
            // A clock that was set back must not stop the page.
            if left_ms <= 0.0 || left_ms > MAX_PAUSE_MS {
                return;
            }
            TimeoutFuture::new(left_ms.min(MIN_PAUSE_MS).ceil() as u32).await;
        }
    }

    async fn request(&self, id: TraceId, initiator: Initiator, dispatch: &Dispatch) {
        let generation = self.generation.get();
        let loaded = self.loaded.borrow().clone();
        let since = loaded
            .as_ref()
            .and_then(|loaded| loaded.revision.as_deref());
        let result = gateway::trace(id, since, initiator).await;
        if self.generation.get() != generation {
            return;
        }
        let started = js_sys::Date::now();
        let result = result.map(|response| self.build(id, loaded, response));
        let took_ms = js_sys::Date::now() - started;
        dispatch.dispatch(Action::Loaded(id, result));
        let pause_ms = (took_ms * PAUSE_FACTOR).max(MIN_PAUSE_MS);
        self.paused_until.set(js_sys::Date::now() + pause_ms);
    }

    /// Builds the trace. `None` if the response has no new spans.
    fn build(
        &self,
        id: TraceId,
        loaded: Option<LoadedTrace>,
        response: TraceResponse,
    ) -> Option<Shared<Trace>> {
        let mut spans = response.spans;
        if response.is_delta
            && let Some(loaded) = loaded
        {
            if spans.is_empty() {
                return None;
            }
            let earlier = loaded.trace.nodes().iter().map(|node| node.span.clone());
            spans = earlier.chain(spans).collect();
        }
        let trace = Shared::new(Trace::from_spans(id, spans));
        self.loaded.replace(Some(LoadedTrace {
            trace: trace.clone(),
            revision: response.revision,
        }));
        Some(trace)
    }
}

/// Loads the trace with this id, and again when `change` concerns it.
#[hook]
pub(crate) fn use_trace(id: Option<TraceId>, change: &Change) -> OpenTrace {
    let open = use_reducer(Open::default);
    let dispatch = open.dispatcher();
    let loader = use_mut_ref(|| Rc::new(Loader::default()));
    let loader = Rc::clone(&loader.borrow());
    use_load(id, {
        let (dispatch, loader) = (dispatch.clone(), Rc::clone(&loader));
        move |id| async move {
            loader.reset();
            dispatch.dispatch(Action::Open(id));
            if let Some(id) = id {
                loader.load(id, Initiator::User, dispatch).await;
            }
        }
    });
    let refresh = {
        let loader = Rc::clone(&loader);
        move || {
            if let Some(id) = id {
                let loader = Rc::clone(&loader);
                spawn_local(loader.load(id, Initiator::Background, dispatch.clone()));
            }
        }
    };
    let retry = Callback::from({
        let (refresh, dispatch) = (refresh.clone(), open.dispatcher());
        move |()| {
            dispatch.dispatch(Action::Retry);
            refresh();
        }
    });
    use_effect_with(change.clone(), move |change| {
        if change.number > 0 && id.is_some_and(|id| change.concerns(id)) {
            refresh();
        }
    });
    // Until the effect above runs, the state is that of the trace that was open before.
    let (load, refresh_error) = if open.id == id {
        (open.load.clone(), open.refresh_error.clone())
    } else {
        (TraceLoad::Loading, None)
    };
    OpenTrace {
        load,
        refresh_error,
        retry,
    }
}
