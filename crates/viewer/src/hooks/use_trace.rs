//! Loads the open trace, and loads it again while it grows.

use std::rc::Rc;

use otel_web_yew::use_load;
use trace_model::{Trace, TraceId};
use wasm_bindgen_futures::spawn_local;
use yew::{
    functional::{Reducible, UseReducerDispatcher, use_effect_with, use_reducer},
    hook,
};

use crate::{
    gateway::{self, Cause, Error},
    live::Change,
    shared::Shared,
};

/// How far the open trace has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum TraceLoad {
    #[default]
    Loading,
    Ready(Shared<Trace>),
    Failed(Error),
}

/// A trace and the id it was asked for: an answer may come after the question changed.
#[derive(Clone, Default, PartialEq)]
struct Open {
    id: Option<TraceId>,
    load: TraceLoad,
}

enum Action {
    Open(Option<TraceId>),
    Answer(TraceId, Result<Trace, Error>),
}

impl Reducible for Open {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        match action {
            Action::Open(id) => Rc::new(Self {
                id,
                load: TraceLoad::Loading,
            }),
            Action::Answer(id, _) if self.id != Some(id) => self,
            Action::Answer(id, Ok(trace)) => {
                let load = TraceLoad::Ready(Shared::new(trace));
                Rc::new(Self { id: Some(id), load })
            }
            Action::Answer(id, Err(error)) => self.after_error(id, error),
        }
    }
}

impl Open {
    /// A refresh that failed takes nothing away: the list says that the gateway is gone.
    fn after_error(self: Rc<Self>, id: TraceId, error: Error) -> Rc<Self> {
        if matches!(self.load, TraceLoad::Ready(_)) {
            return self;
        }
        Rc::new(Self {
            id: Some(id),
            load: TraceLoad::Failed(error),
        })
    }
}

#[hook]
pub(crate) fn use_trace(id: Option<TraceId>, change: &Change) -> TraceLoad {
    let open = use_reducer(Open::default);
    let dispatch = open.dispatcher();
    use_load(id, {
        let dispatch = dispatch.clone();
        move |id| async move {
            dispatch.dispatch(Action::Open(id));
            if let Some(id) = id {
                load(id, Cause::Person, dispatch).await;
            }
        }
    });
    use_effect_with(change.clone(), move |change| {
        if let Some(id) = id.filter(|&id| change.number > 0 && change.concerns(id)) {
            spawn_local(load(id, Cause::Refresh, dispatch));
        }
    });
    // Until the effect above ran, the state is still the trace that was open before.
    if open.id == id {
        open.load.clone()
    } else {
        TraceLoad::Loading
    }
}

async fn load(id: TraceId, cause: Cause, dispatch: UseReducerDispatcher<Open>) {
    let answer = gateway::trace(id, cause).await;
    dispatch.dispatch(Action::Answer(id, answer));
}
