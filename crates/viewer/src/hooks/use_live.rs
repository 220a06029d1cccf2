//! Keeps the live list: asks once, then follows the gateway's stream, and comes back
//! by itself when the gateway does.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use gloo_timers::callback::{Interval, Timeout};
use otel_web_yew::use_load;
use trace_model::{TraceId, TraceSummary};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use yew::{
    functional::{
        UseReducerDispatcher, UseReducerHandle, use_effect_with, use_mut_ref, use_reducer,
    },
    hook,
};

use crate::{
    gateway::{
        self, Cause,
        events::{Stream, Update},
    },
    live::{Action, Connection, LIMIT, Live, Loaded, More},
    query::Query,
};

/// A burst of changes is shown at most so often.
const BATCH_MS: u32 = 50;
/// A filtered list is asked for again at most so often, and after as long as the last answer took.
const REFRESH_MS: u32 = 300;
/// A list that could not be had is asked for again at most so often.
const RETRY_MS: u32 = 2_000;
const RECONNECT_MS: u32 = 1_000;
/// The gateway says every ten seconds that it is there.
const SILENCE_MS: f64 = 30_000.0;
const LOOK_MS: u32 = 5_000;

pub(crate) type Dispatch = UseReducerDispatcher<Live>;

#[hook]
pub(crate) fn use_live(query: &Query) -> UseReducerHandle<Live> {
    let live = use_reducer(Live::default);
    let dispatch = live.dispatcher();
    use_load(query.clone(), {
        let dispatch = dispatch.clone();
        move |query| {
            dispatch.dispatch(Action::Query(query.clone()));
            load(query, Cause::Person, dispatch)
        }
    });
    use_refresh(&live, dispatch.clone());
    use_more(&live, dispatch.clone());
    use_stream(live.connection, dispatch);
    live
}

async fn load(query: Query, cause: Cause, dispatch: Dispatch) {
    let answer = gateway::traces(&query, None, cause).await;
    dispatch.dispatch(Action::Loaded(query, answer));
}

/// Asks for the next page when somebody wants more.
#[hook]
fn use_more(live: &Live, dispatch: Dispatch) {
    let wanted = (live.more == More::Loading).then(|| (live.query.clone(), live.next.clone()));
    use_effect_with(wanted, move |wanted| {
        let Some((query, cursor)) = wanted.clone() else {
            return;
        };
        spawn_local(async move {
            let answer = gateway::traces(&query, cursor.as_deref(), Cause::Refresh).await;
            dispatch.dispatch(Action::LoadedMore(query, answer));
        });
    });
}

/// One question at a time: what grows stale meanwhile is asked for after the answer.
#[derive(Default)]
struct Refresher {
    due: RefCell<Option<Timeout>>,
    asking: Cell<bool>,
    wanted: Cell<bool>,
    query: RefCell<Query>,
    pause_ms: Cell<u32>,
}

impl Refresher {
    fn request(self: &Rc<Self>, pause_ms: u32, dispatch: Dispatch) {
        if self.asking.get() || self.due.borrow().is_some() {
            self.wanted.set(true);
            return;
        }
        let refresher = Rc::clone(self);
        let ask = Timeout::new(pause_ms, move || {
            refresher.due.borrow_mut().take();
            spawn_local(async move { refresher.ask(dispatch).await });
        });
        *self.due.borrow_mut() = Some(ask);
    }

    /// Without the pause before a request that is due.
    fn request_now(self: &Rc<Self>, dispatch: Dispatch) {
        self.due.borrow_mut().take();
        self.request(0, dispatch);
    }

    async fn ask(self: Rc<Self>, dispatch: Dispatch) {
        self.wanted.set(false);
        self.asking.set(true);
        let started = js_sys::Date::now();
        let query = self.query.borrow().clone();
        load(query, Cause::Refresh, dispatch.clone()).await;
        self.asking.set(false);
        if self.wanted.get() {
            let took = (js_sys::Date::now() - started).max(0.0) as u32;
            self.request(self.pause_ms.get().max(took), dispatch);
        }
    }
}

/// Asks again when `stale` grew.
#[hook]
fn use_refresh(live: &Live, dispatch: Dispatch) {
    let refresher = use_mut_ref(|| Rc::new(Refresher::default()));
    let refresher = Rc::clone(&refresher.borrow());
    let pause = match live.loaded {
        Loaded::Failed(_) => RETRY_MS,
        Loaded::NotYet | Loaded::Yes => REFRESH_MS,
    };
    refresher.query.replace(live.query.clone());
    refresher.pause_ms.set(pause);
    use_effect_with(live.retries, {
        let (refresher, dispatch) = (Rc::clone(&refresher), dispatch.clone());
        move |&retries| {
            if retries > 0 {
                refresher.request_now(dispatch);
            }
        }
    });
    use_effect_with(live.stale, move |&stale| {
        if stale > 0 {
            refresher.request(pause, dispatch);
        }
    });
}

#[hook]
fn use_stream(connection: Connection, dispatch: Dispatch) {
    let failures = match connection {
        Connection::Gone(failures) => failures,
        Connection::Connecting | Connection::Open => 0,
    };
    let heard = use_mut_ref(|| Rc::new(Cell::new(js_sys::Date::now())));
    let heard = Rc::clone(&heard.borrow());
    use_silence(connection, Rc::clone(&heard), dispatch.clone());
    let stream = use_mut_ref(|| None::<Stream>);
    // A lasting stream must survive the change from "third try" back to "no failures".
    use_effect_with(failures, move |&failures| {
        let connect = {
            let stream = Rc::clone(&stream);
            move || {
                heard.set(js_sys::Date::now());
                *stream.borrow_mut() = Stream::open(&receiver(heard, dispatch).into());
            }
        };
        let first = failures == 0 && stream.borrow().is_none();
        let retry = if first {
            connect();
            None
        } else if failures > 0 {
            // Ours to do: a browser may give up on a stream for good, or wait for long.
            stream.borrow_mut().take();
            Some(Timeout::new(RECONNECT_MS, connect))
        } else {
            None
        };
        move || drop(retry)
    });
}

/// Takes a stream that says nothing for dead: after a machine slept or a network changed, a
/// browser may wait for a connection that nobody holds any more. Looks also when the page is
/// shown again, as timers of hidden pages run late.
#[hook]
fn use_silence(connection: Connection, heard: Rc<Cell<f64>>, dispatch: Dispatch) {
    use_effect_with(connection == Connection::Open, move |&is_open| {
        let look = move || {
            if js_sys::Date::now() - heard.get() > SILENCE_MS {
                dispatch.dispatch(Action::Gone);
            }
        };
        let watch = is_open.then(|| Watch::start(look));
        move || drop(watch)
    });
}

/// A regular look, and one whenever the page is shown; until it is dropped.
struct Watch {
    _interval: Interval,
    on_shown: Closure<dyn Fn()>,
}

impl Watch {
    fn start(look: impl Fn() + Clone + 'static) -> Self {
        let on_shown = Closure::<dyn Fn()>::new(look.clone());
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let function = on_shown.as_ref().unchecked_ref();
            // Registering a listener only fails for a signal that was aborted; there is none.
            let _ = document.add_event_listener_with_callback("visibilitychange", function);
        }
        Self {
            _interval: Interval::new(LOOK_MS, look),
            on_shown,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let function = self.on_shown.as_ref().unchecked_ref();
            let _ = document.remove_event_listener_with_callback("visibilitychange", function);
        }
    }
}

fn receiver(heard: Rc<Cell<f64>>, dispatch: Dispatch) -> impl Fn(Update) {
    let batch = Batch::default();
    move |update| {
        heard.set(js_sys::Date::now());
        match update {
            Update::Connected => dispatch.dispatch(Action::Connected),
            Update::Gone => dispatch.dispatch(Action::Gone),
            Update::Status(status) => dispatch.dispatch(Action::Status(*status)),
            Update::Trace(summary) => batch.add(*summary, &dispatch),
            Update::Alive => {}
        }
    }
}

/// The first change after a pause is shown at once; those that follow too soon, together.
///
/// In a hidden tab the browser calls timers once a second, and after some minutes once a minute:
/// what is collected is bounded, and holds each trace once.
#[derive(Clone, Default)]
struct Batch {
    waiting: Rc<RefCell<Option<Collected>>>,
}

#[derive(Default)]
struct Collected {
    traces: HashMap<TraceId, TraceSummary>,
    /// More than is worth keeping changed.
    missed: bool,
}

impl Batch {
    fn add(&self, summary: TraceSummary, dispatch: &Dispatch) {
        if let Some(waiting) = &mut *self.waiting.borrow_mut() {
            waiting.add(summary);
            return;
        }
        dispatch.dispatch(Action::Changed(vec![summary]));
        self.collect(dispatch.clone());
    }

    fn collect(&self, dispatch: Dispatch) {
        *self.waiting.borrow_mut() = Some(Collected::default());
        let batch = self.clone();
        Timeout::new(BATCH_MS, move || batch.deliver(dispatch)).forget();
    }

    fn deliver(&self, dispatch: Dispatch) {
        let Collected { traces, missed } = self.waiting.borrow_mut().take().unwrap_or_default();
        if traces.is_empty() {
            return;
        }
        dispatch.dispatch(Action::Changed(traces.into_values().collect()));
        if missed {
            dispatch.dispatch(Action::Missed);
        }
        self.collect(dispatch);
    }
}

impl Collected {
    fn add(&mut self, summary: TraceSummary) {
        if self.traces.len() < LIMIT || self.traces.contains_key(&summary.trace_id) {
            self.traces.insert(summary.trace_id, summary);
        } else {
            self.missed = true;
        }
    }
}
