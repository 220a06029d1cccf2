//! Loads the trace list and keeps it up to date.
//!
//! It requests the list once, then follows the gateway's event stream, and reconnects when the
//! stream ends.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
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
        self, Initiator, MAX_PAGE_TRACES,
        events::{Stream, Update},
    },
    live::{Action, Connection, Live, Loaded, NextPage, Request},
    query::Query,
};

/// The minimum time between two updates of the list by events.
const BATCH_INTERVAL_MS: u32 = 50;
/// The minimum time between two requests for a filtered list. It is also at least as long as the
/// latest response took.
const REFRESH_INTERVAL_MS: u32 = 300;
/// The minimum time between two requests for a list that failed to load.
const RETRY_INTERVAL_MS: u32 = 2_000;
const RECONNECT_DELAY_MS: u32 = 1_000;
/// A stream without an event for this long is broken: the gateway sends one every ten seconds.
const MAX_SILENCE_MS: f64 = 30_000.0;
const SILENCE_CHECK_INTERVAL_MS: u32 = 5_000;

pub(crate) type Dispatch = UseReducerDispatcher<Live>;

#[hook]
pub(crate) fn use_live(query: &Query) -> UseReducerHandle<Live> {
    let live = use_reducer(Live::default);
    let dispatch = live.dispatcher();
    use_load(query.clone(), {
        let (dispatch, change) = (dispatch.clone(), live.change.number);
        move |query| {
            dispatch.dispatch(Action::Query(query.clone()));
            load(Request { query, change }, Initiator::User, dispatch)
        }
    });
    use_refresh(&live, dispatch.clone());
    use_next_page(&live, dispatch.clone());
    use_stream(live.connection, dispatch);
    live
}

async fn load(request: Request, initiator: Initiator, dispatch: Dispatch) {
    let result = gateway::traces(&request.query, None, initiator).await;
    dispatch.dispatch(Action::Loaded(request, result));
}

/// Requests the next page when the list enters [`NextPage::Loading`].
#[hook]
fn use_next_page(live: &Live, dispatch: Dispatch) {
    let is_loading = live.next_page == NextPage::Loading;
    let request = is_loading.then(|| (live.query.clone(), live.next_cursor.clone()));
    use_effect_with(request, move |request| {
        let Some((query, cursor)) = request.clone() else {
            return;
        };
        spawn_local(async move {
            let result = gateway::traces(&query, cursor.as_deref(), Initiator::Background).await;
            dispatch.dispatch(Action::LoadedNextPage(query, result));
        });
    });
}

/// Refreshes the list with one request at a time. Refreshes that are requested during one are
/// combined into the next.
#[derive(Default)]
struct Refresher {
    scheduled: RefCell<Option<Timeout>>,
    is_in_flight: Cell<bool>,
    is_requested: Cell<bool>,
    next: RefCell<Request>,
    interval_ms: Cell<u32>,
}

impl Refresher {
    fn request(self: &Rc<Self>, delay_ms: u32, dispatch: Dispatch) {
        if self.is_in_flight.get() || self.scheduled.borrow().is_some() {
            self.is_requested.set(true);
            return;
        }
        let refresher = Rc::clone(self);
        let refresh = Timeout::new(delay_ms, move || {
            refresher.scheduled.borrow_mut().take();
            spawn_local(async move { refresher.refresh(dispatch).await });
        });
        *self.scheduled.borrow_mut() = Some(refresh);
    }

    /// Replaces a scheduled refresh by an immediate one.
    fn request_now(self: &Rc<Self>, dispatch: Dispatch) {
        self.scheduled.borrow_mut().take();
        self.request(0, dispatch);
    }

    async fn refresh(self: Rc<Self>, dispatch: Dispatch) {
        self.is_requested.set(false);
        self.is_in_flight.set(true);
        let started = js_sys::Date::now();
        let request = self.next.borrow().clone();
        load(request, Initiator::Background, dispatch.clone()).await;
        self.is_in_flight.set(false);
        if self.is_requested.get() {
            let took_ms = (js_sys::Date::now() - started).max(0.0) as u32;
            self.request(self.interval_ms.get().max(took_ms), dispatch);
        }
    }
}

/// Refreshes the list when [`Live::stale_count`] or [`Live::retry_count`] grows.
#[hook]
fn use_refresh(live: &Live, dispatch: Dispatch) {
    let refresher = use_mut_ref(|| Rc::new(Refresher::default()));
    let refresher = Rc::clone(&refresher.borrow());
    let interval_ms = match live.loaded {
        Loaded::Failed(_) => RETRY_INTERVAL_MS,
        Loaded::NotYet | Loaded::Yes => REFRESH_INTERVAL_MS,
    };
    refresher.next.replace(Request {
        query: live.query.clone(),
        change: live.change.number,
    });
    refresher.interval_ms.set(interval_ms);
    use_effect_with(live.retry_count, {
        let (refresher, dispatch) = (Rc::clone(&refresher), dispatch.clone());
        move |&retry_count| {
            if retry_count > 0 {
                refresher.request_now(dispatch);
            }
        }
    });
    use_effect_with(live.stale_count, move |&stale_count| {
        if stale_count > 0 {
            refresher.request(interval_ms, dispatch);
        }
    });
}

#[hook]
fn use_stream(connection: Connection, dispatch: Dispatch) {
    let failures = match connection {
        Connection::Lost { failures } => failures,
        Connection::Connecting | Connection::Open => 0,
    };
    let last_event = use_mut_ref(|| Rc::new(Cell::new(js_sys::Date::now())));
    let last_event = Rc::clone(&last_event.borrow());
    use_silence_check(connection, Rc::clone(&last_event), dispatch.clone());
    let stream = use_mut_ref(|| None::<Stream>);
    // Keyed by the number of failures: a stream that works again must not be opened once more.
    use_effect_with(failures, move |&failures| {
        let connect = {
            let stream = Rc::clone(&stream);
            move || {
                last_event.set(js_sys::Date::now());
                *stream.borrow_mut() = Stream::open(&receiver(last_event, dispatch).into());
            }
        };
        let is_first = failures == 0 && stream.borrow().is_none();
        let reconnect = if is_first {
            connect();
            None
        } else if failures > 0 {
            // A browser may stop reconnecting for good, or wait for a long time.
            stream.borrow_mut().take();
            Some(Timeout::new(RECONNECT_DELAY_MS, connect))
        } else {
            None
        };
        move || drop(reconnect)
    });
}

/// Treats a stream without events as disconnected. After a machine slept or changed its network, a
/// browser may wait for a connection that no longer exists.
#[hook]
fn use_silence_check(connection: Connection, last_event: Rc<Cell<f64>>, dispatch: Dispatch) {
    use_effect_with(connection == Connection::Open, move |&is_open| {
        let check = move || {
            if js_sys::Date::now() - last_event.get() > MAX_SILENCE_MS {
                dispatch.dispatch(Action::Disconnected);
            }
        };
        let timer = is_open.then(|| VisibleTimer::start(check));
        move || drop(timer)
    });
}

/// Calls a function regularly, and when the page becomes visible, because timers of hidden pages
/// run late. Stops when it is dropped.
struct VisibleTimer {
    _interval: Interval,
    on_visible: Closure<dyn Fn()>,
}

impl VisibleTimer {
    fn start(call: impl Fn() + Clone + 'static) -> Self {
        let on_visible = Closure::<dyn Fn()>::new(call.clone());
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let function = on_visible.as_ref().unchecked_ref();
            // Adding a listener fails only for an aborted signal, and there is none.
            let _ = document.add_event_listener_with_callback("visibilitychange", function);
        }
        Self {
            _interval: Interval::new(SILENCE_CHECK_INTERVAL_MS, call),
            on_visible,
        }
    }
}

impl Drop for VisibleTimer {
    fn drop(&mut self) {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            let function = self.on_visible.as_ref().unchecked_ref();
            let _ = document.remove_event_listener_with_callback("visibilitychange", function);
        }
    }
}

fn receiver(last_event: Rc<Cell<f64>>, dispatch: Dispatch) -> impl Fn(Update) {
    let batcher = Batcher::default();
    move |update| {
        last_event.set(js_sys::Date::now());
        match update {
            Update::Connected => dispatch.dispatch(Action::Connected),
            Update::Disconnected => dispatch.dispatch(Action::Disconnected),
            Update::Status(status) => dispatch.dispatch(Action::Status(status)),
            Update::Trace(summary) => batcher.add(|batch| batch.add(*summary), &dispatch),
            Update::Logs(id) => batcher.add(|batch| batch.add_logs(id), &dispatch),
            Update::Removed => {
                batcher.discard();
                dispatch.dispatch(Action::Removed);
            }
            Update::KeepAlive => {}
        }
    }
}

/// Limits how often events update the list: the first change applies at once, and those that
/// follow within [`BATCH_INTERVAL_MS`] apply together.
///
/// A browser runs the timers of a hidden page once a second, and after some minutes once a minute.
/// So a batch holds each trace once, and its size is limited.
#[derive(Clone, Default)]
struct Batcher {
    pending: Rc<RefCell<Option<PendingChanges>>>,
}

#[derive(Default)]
struct PendingChanges {
    traces: HashMap<TraceId, TraceSummary>,
    /// Traces that got log records.
    logs: HashSet<TraceId>,
    /// More traces changed than a batch may hold.
    is_incomplete: bool,
}

impl Batcher {
    fn add(&self, add: impl FnOnce(&mut PendingChanges), dispatch: &Dispatch) {
        if let Some(pending) = &mut *self.pending.borrow_mut() {
            add(pending);
            return;
        }
        let mut first = PendingChanges::default();
        add(&mut first);
        first.apply(dispatch);
        self.start_batch(dispatch.clone());
    }

    /// Discards changes of traces that may be removed. The list is requested again.
    fn discard(&self) {
        if let Some(pending) = &mut *self.pending.borrow_mut() {
            pending.traces.clear();
        }
    }

    fn start_batch(&self, dispatch: Dispatch) {
        *self.pending.borrow_mut() = Some(PendingChanges::default());
        let batcher = self.clone();
        Timeout::new(BATCH_INTERVAL_MS, move || batcher.finish_batch(dispatch)).forget();
    }

    fn finish_batch(&self, dispatch: Dispatch) {
        let pending = self.pending.borrow_mut().take().unwrap_or_default();
        if pending.is_empty() {
            return;
        }
        pending.apply(&dispatch);
        self.start_batch(dispatch);
    }
}

impl PendingChanges {
    fn is_empty(&self) -> bool {
        self.traces.is_empty() && self.logs.is_empty() && !self.is_incomplete
    }

    fn apply(self, dispatch: &Dispatch) {
        if !self.traces.is_empty() {
            dispatch.dispatch(Action::Changed(self.traces.into_values().collect()));
        }
        if !self.logs.is_empty() {
            dispatch.dispatch(Action::LogsArrived(self.logs));
        }
        if self.is_incomplete {
            dispatch.dispatch(Action::MissedChanges);
        }
    }

    fn add_logs(&mut self, id: TraceId) {
        if self.logs.len() < MAX_PAGE_TRACES {
            self.logs.insert(id);
        } else {
            self.is_incomplete = true;
        }
    }

    fn add(&mut self, summary: TraceSummary) {
        let has_room = self.traces.len() < MAX_PAGE_TRACES;
        if has_room || self.traces.contains_key(&summary.trace_id) {
            self.traces.insert(summary.trace_id, summary);
        } else {
            self.is_incomplete = true;
        }
    }
}
