//! Effects that load data.

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
    use_effect_with(deps, move |deps| {
        let cause = otel_web::cause();
        let work = {
            let _attached = cause.clone().attach();
            load(deps.clone())
        };
        spawn_local(otel_web::bind_to(cause, recorded(work)));
    });
}
