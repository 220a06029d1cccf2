//! The last traces of this tab.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use otel_web::EndedRoot;
use yew::prelude::*;

use crate::telemetry;

const MAX_TRACES: usize = 10;

thread_local! {
    static TRACES: RefCell<Traces> = RefCell::default();
}

#[derive(Default)]
struct Traces {
    /// Newest first.
    last: VecDeque<Trace>,
    onchange: Option<Callback<Vec<Trace>>>,
}

/// A trace that has ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trace {
    /// Its URL in the viewer.
    pub(crate) url: String,
    /// The name of the action.
    pub(crate) name: String,
    pub(crate) duration: Duration,
}

/// Adds a trace that has ended.
pub(crate) fn note_trace(root: &EndedRoot) {
    let trace_id = root.span_context().trace_id().to_string();
    let Some(url) = telemetry::url_of(&trace_id) else {
        return;
    };
    let onchange = TRACES.with_borrow_mut(|traces| {
        traces.last.truncate(MAX_TRACES - 1);
        traces.last.push_front(Trace {
            url,
            name: root.name().to_owned(),
            duration: root.duration(),
        });
        traces.onchange.clone()
    });
    if let Some(onchange) = onchange {
        onchange.emit(last());
    }
}

/// Returns the last traces, newest first, and re-renders the component after each. One component can use it.
#[hook]
pub(crate) fn use_traces() -> Vec<Trace> {
    let traces = use_state(last);
    let setter = traces.setter();
    use_effect_with((), move |()| {
        setter.set(last());
        let onchange = Callback::from(move |traces| setter.set(traces));
        TRACES.with_borrow_mut(|traces| traces.onchange = Some(onchange));
    });
    (*traces).clone()
}

fn last() -> Vec<Trace> {
    TRACES.with_borrow(|traces| traces.last.iter().cloned().collect())
}
