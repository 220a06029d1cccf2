//! Loads the X-Ray documents of the open trace.

use std::{cell::Cell, rc::Rc};

use trace_model::{Trace, TraceId};
use wasm_bindgen_futures::spawn_local;
use yew::{
    functional::{use_effect_with, use_state_eq},
    hook,
};

use crate::{
    gateway::{self, Error, Initiator, XRayDocument},
    shared::Shared,
};

/// The state of the documents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum XRayLoad {
    Loading,
    Ready(Shared<Vec<XRayDocument>>),
    Failed(Error),
}

/// Loads the documents, and again when the trace has grown.
#[hook]
pub(crate) fn use_xray(trace: &Shared<Trace>) -> XRayLoad {
    let load = use_state_eq(|| XRayLoad::Loading);
    let (id, state) = (trace.trace_id(), load.clone());
    use_effect_with(trace.clone(), move |_| {
        let is_current = Rc::new(Cell::new(true));
        spawn_local(request(id, Rc::clone(&is_current), move |load| {
            state.set(load)
        }));
        move || is_current.set(false)
    });
    (*load).clone()
}

/// Ignores the response if another trace was opened in the meantime.
async fn request(id: TraceId, is_current: Rc<Cell<bool>>, set: impl FnOnce(XRayLoad)) {
    let result = gateway::xray_documents(id, Initiator::User).await;
    if is_current.get() {
        set(match result {
            Ok(documents) => XRayLoad::Ready(Shared::new(documents)),
            Err(error) => XRayLoad::Failed(error),
        });
    }
}
