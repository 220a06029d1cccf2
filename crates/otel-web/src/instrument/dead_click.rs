//! Dead clicks: clicks after which nothing happens.
//!
//! Each click is a candidate for 300 ms. It is not dead if during this time the page changes, scrolls,
//! moves its focus, or starts a traced request, or if its action is still open afterwards. The
//! click's span stays deferred until then, so that the attribute can be added after it has ended.

use std::cell::RefCell;

use js_sys::Object;
use opentelemetry::trace::SpanId;
use wasm_bindgen::JsValue;
use web_sys::{Event, Window};

use crate::export;
use crate::js::{call, call3, callback, construct, get, global, is, set};
use crate::listener::listen;
use crate::pipeline;
use crate::platform::{self, Timer};

/// How long a click may take to have an effect: enough for a handler, its timers and a frame. In
/// milliseconds.
const EFFECT_TIMEOUT_MS: f64 = 300.0;
/// The maximum number of candidates. Clicks beyond it are not checked.
const MAX_CANDIDATES: usize = 8;
/// Events that count as an effect of a click, besides mutations of the document.
const EFFECT_EVENTS: [&str; 9] = [
    "blur",
    "change",
    "copy",
    "focusin",
    "hashchange",
    "input",
    "invalid",
    "scroll",
    "submit",
];

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// The candidates, and what observes their effects.
struct Watch {
    candidates: Vec<Candidate>,
    timer: Timer,
    /// A `MutationObserver`, connected only while there are candidates.
    mutations: JsValue,
}

/// A click that has had no effect yet.
struct Candidate {
    event: Event,
    span_id: SpanId,
    due_ms: f64,
}

/// Starts to check clicks.
pub(crate) fn install(window: &Window) {
    let changed = callback(|_| page_changed());
    let Some(mutations) = construct("MutationObserver", &changed) else {
        return;
    };
    let watch = Watch {
        candidates: Vec::new(),
        timer: Timer::new(check_due),
        mutations,
    };
    WATCH.with(|cell| *cell.borrow_mut() = Some(watch));
    for event in EFFECT_EVENTS {
        listen(window, event, |_| page_changed());
    }
}

/// Adds the click that started the action with the span `span_id`.
pub(super) fn add(event: &Event, span_id: SpanId) {
    with(|watch| {
        if watch.candidates.len() >= MAX_CANDIDATES {
            return;
        }
        if watch.candidates.is_empty() {
            watch.observe();
            watch.timer.set(EFFECT_TIMEOUT_MS);
        }
        watch.candidates.push(Candidate {
            event: event.clone(),
            span_id,
            due_ms: platform::monotonic_ms() + EFFECT_TIMEOUT_MS,
        });
    });
}

/// Discards all candidates: the page reacts.
pub(crate) fn page_changed() {
    let cleared = with(|watch| {
        let cleared = std::mem::take(&mut watch.candidates);
        if !cleared.is_empty() {
            watch.disconnect();
        }
        cleared
    });
    release(cleared.unwrap_or_default().len());
}

/// Whether the span belongs to a candidate, and has to stay deferred.
pub(super) fn is_pending(span_id: SpanId) -> bool {
    let is_same = |candidate: &Candidate| candidate.span_id == span_id;
    with(|watch| watch.candidates.iter().any(is_same)).unwrap_or(false)
}

/// Marks the candidates whose time has passed without an effect.
fn check_due() {
    let now = platform::monotonic_ms();
    let dead = with(|watch| {
        let is_due = |candidate: &Candidate| candidate.due_ms <= now + 1.0;
        let due = watch
            .candidates
            .iter()
            .take_while(|candidate| is_due(candidate))
            .count();
        let dead: Vec<_> = watch.candidates.drain(..due).collect();
        match watch.candidates.first() {
            Some(next) => watch.timer.set(next.due_ms - now),
            None => watch.disconnect(),
        }
        dead
    });
    let dead = dead.unwrap_or_default();
    dead.iter()
        .filter(|candidate| !candidate.leaves_page())
        .for_each(Candidate::mark);
    release(dead.len());
}

/// Lets the exporter send spans that are no longer pending.
fn release(count: usize) {
    if count > 0 {
        export::flush_soon();
    }
}

impl Candidate {
    /// Whether the browser follows a link, which may open another window or application.
    fn leaves_page(&self) -> bool {
        let link = call(&get(&self.event, "target"), "closest", &"a[href]".into());
        link.is_truthy() && !is(&self.event, "defaultPrevented")
    }

    /// Marks the span if it has ended. An open action is still working.
    fn mark(&self) {
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.deferred.find(self.span_id) {
                record.attributes.set("app.action.dead_click", true);
            }
        });
    }
}

impl Watch {
    /// Observes all changes of the document. Disconnected as soon as possible, because each change costs
    /// time.
    fn observe(&self) {
        let options = Object::new();
        for option in ["attributes", "characterData", "childList", "subtree"] {
            set(&options, option, &true.into());
        }
        let document = global("document");
        call3(
            &self.mutations,
            "observe",
            &document,
            &options,
            &JsValue::UNDEFINED,
        );
    }

    fn disconnect(&self) {
        call(&self.mutations, "disconnect", &JsValue::UNDEFINED);
    }
}

fn with<R>(f: impl FnOnce(&mut Watch) -> R) -> Option<R> {
    let run = |cell: &RefCell<Option<Watch>>| Some(f(cell.try_borrow_mut().ok()?.as_mut()?));
    WATCH.with(run)
}
