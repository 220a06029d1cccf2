//! Loads the open trace, and what it gets while it grows: one question at a time, and only for
//! what is new.

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
    gateway::{self, Cause, Error, Spans},
    live::Change,
    shared::Shared,
};

/// A growing trace is asked for at most so often, and rests four times as long as drawing it anew took.
const PAUSE_MS: f64 = 100.0;
const REST_FACTOR: f64 = 4.0;
const MAX_REST_MS: f64 = 60_000.0;

/// How far the open trace has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum TraceLoad {
    #[default]
    Loading,
    Ready(Shared<Trace>),
    Failed(Error),
}

/// The open trace, and why it may be older than what the gateway has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OpenTrace {
    pub(crate) load: TraceLoad,
    pub(crate) problem: Option<Error>,
    pub(crate) retry: Callback<()>,
}

/// A trace and the id it was asked for: an answer may come after the question changed.
#[derive(Clone, Default, PartialEq)]
struct Open {
    id: Option<TraceId>,
    load: TraceLoad,
    problem: Option<Error>,
}

enum Action {
    Open(Option<TraceId>),
    Answer(TraceId, Result<Option<Shared<Trace>>, Error>),
    /// Somebody asks again for what could not be had.
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
            Action::Answer(id, _) if self.id != Some(id) => return self,
            Action::Retry if !matches!(open.load, TraceLoad::Failed(_)) => return self,
            Action::Retry => open.load = TraceLoad::Loading,
            Action::Answer(_, Ok(None)) if open.problem.is_none() => return self,
            Action::Answer(_, Ok(None)) => open.problem = None,
            Action::Answer(_, Ok(Some(trace))) => {
                open.load = TraceLoad::Ready(trace);
                open.problem = None;
            }
            // A refresh that failed takes nothing away.
            Action::Answer(_, Err(error)) => match open.load {
                TraceLoad::Ready(_) => open.problem = Some(error),
                TraceLoad::Loading | TraceLoad::Failed(_) => open.load = TraceLoad::Failed(error),
            },
        }
        Rc::new(open)
    }
}

/// What is known of the open trace, and whether somebody asks for more of it.
#[derive(Default)]
struct Follower {
    id: Cell<Option<TraceId>>,
    known: RefCell<Option<Known>>,
    /// Grows with each trace that is opened: answers for an earlier one count no more.
    opened: Cell<u32>,
    asking: Cell<bool>,
    wanted: Cell<bool>,
    /// Milliseconds since 1970.
    rests_until: Cell<f64>,
}

#[derive(Clone)]
struct Known {
    trace: Shared<Trace>,
    revision: Option<String>,
}

impl Follower {
    fn open(&self, id: Option<TraceId>) {
        self.id.set(id);
        self.known.replace(None);
        self.rests_until.set(0.0);
        // A trace does not wait for the answer about the one that was open before.
        self.opened.set(self.opened.get().wrapping_add(1));
        self.asking.set(false);
    }

    /// Asks until nothing more is wanted, unless somebody does so already.
    async fn follow(self: Rc<Self>, id: TraceId, cause: Cause, dispatch: Dispatch) {
        self.wanted.set(true);
        if self.asking.replace(true) {
            return;
        }
        let opened = self.opened.get();
        let mut cause = cause;
        while self.wanted.replace(false) {
            if cause == Cause::Refresh {
                self.rest(opened).await;
            }
            if self.opened.get() == opened {
                self.ask(id, cause, &dispatch).await;
            }
            if self.opened.get() != opened {
                return;
            }
            cause = Cause::Refresh;
        }
        self.asking.set(false);
    }

    /// Until it is time to ask again, or another trace was opened.
    async fn rest(&self, opened: u32) {
        while self.opened.get() == opened {
            let left_ms = self.rests_until.get() - js_sys::Date::now();
            // A clock that was set back does not stop the page.
            if left_ms <= 0.0 || left_ms > MAX_REST_MS {
                return;
            }
            TimeoutFuture::new(left_ms.min(PAUSE_MS).ceil() as u32).await;
        }
    }

    async fn ask(&self, id: TraceId, cause: Cause, dispatch: &Dispatch) {
        let opened = self.opened.get();
        let known = self.known.borrow().clone();
        let since = known.as_ref().and_then(|known| known.revision.as_deref());
        let answer = gateway::trace(id, since, cause).await;
        if self.opened.get() != opened {
            return;
        }
        let started = js_sys::Date::now();
        let answer = answer.map(|spans| self.build(id, known, spans));
        let took_ms = js_sys::Date::now() - started;
        dispatch.dispatch(Action::Answer(id, answer));
        let rest_ms = (took_ms * REST_FACTOR).max(PAUSE_MS);
        self.rests_until.set(js_sys::Date::now() + rest_ms);
    }

    /// None when there is nothing new.
    fn build(&self, id: TraceId, known: Option<Known>, answer: Spans) -> Option<Shared<Trace>> {
        let mut spans = answer.spans;
        if answer.is_new_only
            && let Some(known) = known
        {
            if spans.is_empty() {
                return None;
            }
            let earlier = known.trace.nodes().iter().map(|node| node.span.clone());
            spans = earlier.chain(spans).collect();
        }
        let trace = Shared::new(Trace::from_spans(id, spans));
        self.known.replace(Some(Known {
            trace: trace.clone(),
            revision: answer.revision,
        }));
        Some(trace)
    }
}

#[hook]
pub(crate) fn use_trace(id: Option<TraceId>, change: &Change) -> OpenTrace {
    let open = use_reducer(Open::default);
    let dispatch = open.dispatcher();
    let follower = use_mut_ref(|| Rc::new(Follower::default()));
    let follower = Rc::clone(&follower.borrow());
    use_load(id, {
        let (dispatch, follower) = (dispatch.clone(), Rc::clone(&follower));
        move |id| async move {
            follower.open(id);
            dispatch.dispatch(Action::Open(id));
            if let Some(id) = id {
                follower.follow(id, Cause::Person, dispatch).await;
            }
        }
    });
    let again = {
        let follower = Rc::clone(&follower);
        move || {
            if let Some(id) = id {
                let follower = Rc::clone(&follower);
                spawn_local(follower.follow(id, Cause::Refresh, dispatch.clone()));
            }
        }
    };
    let retry = Callback::from({
        let (again, dispatch) = (again.clone(), open.dispatcher());
        move |()| {
            dispatch.dispatch(Action::Retry);
            again();
        }
    });
    use_effect_with(change.clone(), move |change| {
        if change.number > 0 && id.is_some_and(|id| change.concerns(id)) {
            again();
        }
    });
    // Until the effect above ran, the state is still the trace that was open before.
    let (load, problem) = if open.id == id {
        (open.load.clone(), open.problem.clone())
    } else {
        (TraceLoad::Loading, None)
    };
    OpenTrace {
        load,
        problem,
        retry,
    }
}
