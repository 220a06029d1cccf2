//! Effects that load data.

use std::cell::Cell;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::outcome::{Outcome, recorded};

/// Runs `load` after the first render and whenever `deps` change, inside the page load, navigation
/// or action that caused that render. What it requests belongs to that trace.
#[hook]
pub fn use_load<D, F, W>(deps: D, load: F)
where
    D: PartialEq + Clone + 'static,
    F: FnOnce(D) -> W + 'static,
    W: Future<Output: Outcome> + 'static,
{
    // Asked for while rendering: the effects of a rendering that takes long run in a later task,
    // when its cause is no longer known.
    let cause = use_memo(deps.clone(), |_| Cell::new(Some(otel_web::cause())));
    use_effect_with(deps, move |deps| {
        // Taken, for what a component keeps would keep its action from ending.
        let cause = cause.take().unwrap_or_else(otel_web::cause);
        let work = {
            let _attached = cause.clone().attach();
            load(deps.clone())
        };
        spawn_local(otel_web::bind_to(cause, recorded(work)));
    });
}
