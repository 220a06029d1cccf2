//! Keeps the live list: asks once, then follows the gateway's stream, and comes back
//! by itself when the gateway does.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use otel_web_yew::use_load;
use trace_model::TraceSummary;
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
    live::{Action, Connection, Live, Loaded},
    query::Filter,
};

/// A burst of changes is shown at most so often.
const BATCH_MS: u32 = 50;
/// A filtered list is asked for again at most so often.
const REFRESH_MS: u32 = 300;
/// A list that could not be had is asked for again at most so often.
const RETRY_MS: u32 = 2_000;
const RECONNECT_MS: u32 = 1_000;

type Dispatch = UseReducerDispatcher<Live>;

#[hook]
pub(crate) fn use_live(filter: &Filter) -> UseReducerHandle<Live> {
    let live = use_reducer(Live::default);
    let dispatch = live.dispatcher();
    use_load(filter.clone(), {
        let dispatch = dispatch.clone();
        move |filter| {
            dispatch.dispatch(Action::Filter(filter.clone()));
            load(filter, Cause::Person, dispatch)
        }
    });
    use_refresh(&live, dispatch.clone());
    use_stream(live.connection, dispatch);
    live
}

async fn load(filter: Filter, cause: Cause, dispatch: Dispatch) {
    let answer = gateway::traces(&filter, cause).await;
    dispatch.dispatch(Action::Loaded(filter, answer));
}

/// Asks again when `stale` grew; while a question is due, further growth changes nothing.
#[hook]
fn use_refresh(live: &Live, dispatch: Dispatch) {
    let due = use_mut_ref(|| None::<Timeout>);
    let latest = use_mut_ref(Filter::default);
    *latest.borrow_mut() = live.filter.clone();
    let pause = match live.loaded {
        Loaded::Failed(_) => RETRY_MS,
        Loaded::NotYet | Loaded::Yes => REFRESH_MS,
    };
    use_effect_with(live.stale, move |&stale| {
        if stale == 0 || due.borrow().is_some() {
            return;
        }
        let pending = Rc::clone(&due);
        let refresh = Timeout::new(pause, move || {
            pending.borrow_mut().take();
            spawn_local(load(latest.borrow().clone(), Cause::Refresh, dispatch));
        });
        *due.borrow_mut() = Some(refresh);
    });
}

#[hook]
fn use_stream(connection: Connection, dispatch: Dispatch) {
    let failures = match connection {
        Connection::Gone(failures) => failures,
        Connection::Connecting | Connection::Open => 0,
    };
    let stream = use_mut_ref(|| None::<Stream>);
    // A lasting stream must survive the change from "third try" back to "no failures".
    use_effect_with(failures, move |&failures| {
        let connect = {
            let stream = Rc::clone(&stream);
            move || *stream.borrow_mut() = Stream::open(&receiver(dispatch).into())
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

fn receiver(dispatch: Dispatch) -> impl Fn(Update) {
    let batch = Batch::default();
    move |update| match update {
        Update::Connected => dispatch.dispatch(Action::Connected),
        Update::Gone => dispatch.dispatch(Action::Gone),
        Update::Status(status) => dispatch.dispatch(Action::Status(status)),
        Update::Trace(summary) => batch.add(*summary, &dispatch),
    }
}

/// The first change after a pause is shown at once; those that follow too soon, together.
#[derive(Default)]
struct Batch {
    waiting: Rc<RefCell<Option<Vec<TraceSummary>>>>,
}

impl Batch {
    fn add(&self, summary: TraceSummary, dispatch: &Dispatch) {
        if let Some(waiting) = &mut *self.waiting.borrow_mut() {
            waiting.push(summary);
            return;
        }
        dispatch.dispatch(Action::Changed(vec![summary]));
        self.collect(dispatch.clone());
    }

    fn collect(&self, dispatch: Dispatch) {
        *self.waiting.borrow_mut() = Some(Vec::new());
        let batch = Self {
            waiting: Rc::clone(&self.waiting),
        };
        Timeout::new(BATCH_MS, move || batch.deliver(dispatch)).forget();
    }

    fn deliver(&self, dispatch: Dispatch) {
        let summaries = self.waiting.borrow_mut().take().unwrap_or_default();
        if !summaries.is_empty() {
            dispatch.dispatch(Action::Changed(summaries));
            self.collect(dispatch);
        }
    }
}
