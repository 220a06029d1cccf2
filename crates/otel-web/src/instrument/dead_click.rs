//! Clicks after which nothing happens.
//!
//! A click is under suspicion for a moment. Whatever changes the page meanwhile clears it, and so
//! does work that goes on: an action that is still open. Its span waits for the verdict.

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

/// Time enough for a handler, its timers and a frame.
const SUSPICION_MS: f64 = 300.0;
/// Somebody who hits a page more often than this is not waited for.
const MOST: usize = 8;
/// What tells that something happened, besides the page's own changes.
const EFFECTS: [&str; 9] = [
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

struct Watch {
    suspects: Vec<Suspect>,
    timer: Timer,
    /// Looks at the document only while there is a suspect.
    mutations: JsValue,
}

struct Suspect {
    event: Event,
    span_id: SpanId,
    due_ms: f64,
}

/// Watches clicks from now on.
pub(crate) fn install(window: &Window) {
    let changed = callback(|_| effect());
    let Some(mutations) = construct("MutationObserver", &changed) else {
        return;
    };
    let watch = Watch {
        suspects: Vec::new(),
        timer: Timer::new(judge),
        mutations,
    };
    WATCH.with(|cell| *cell.borrow_mut() = Some(watch));
    for event in EFFECTS {
        listen(window, event, |_| effect());
    }
}

pub(super) fn suspect(event: &Event, span_id: SpanId) {
    with(|watch| {
        if watch.suspects.len() >= MOST {
            return;
        }
        if watch.suspects.is_empty() {
            watch.observe();
            watch.timer.set(SUSPICION_MS);
        }
        watch.suspects.push(Suspect {
            event: event.clone(),
            span_id,
            due_ms: platform::monotonic_ms() + SUSPICION_MS,
        });
    });
}

/// Something happened: nobody is under suspicion any more.
pub(crate) fn effect() {
    let cleared = with(|watch| {
        let cleared = std::mem::take(&mut watch.suspects);
        if !cleared.is_empty() {
            watch.rest();
        }
        cleared
    });
    release(cleared.unwrap_or_default().len());
}

/// Whether the span has to wait for the verdict.
pub(super) fn is_suspect(span_id: SpanId) -> bool {
    let is_it = |suspect: &Suspect| suspect.span_id == span_id;
    with(|watch| watch.suspects.iter().any(is_it)).unwrap_or(false)
}

/// Their time is over, and nothing has happened.
fn judge() {
    let now = platform::monotonic_ms();
    let dead = with(|watch| {
        let is_due = |suspect: &Suspect| suspect.due_ms <= now + 1.0;
        let due = watch
            .suspects
            .iter()
            .take_while(|suspect| is_due(suspect))
            .count();
        let dead: Vec<_> = watch.suspects.drain(..due).collect();
        match watch.suspects.first() {
            Some(next) => watch.timer.set(next.due_ms - now),
            None => watch.rest(),
        }
        dead
    });
    let dead = dead.unwrap_or_default();
    dead.iter()
        .filter(|suspect| !suspect.leads_elsewhere())
        .for_each(Suspect::mark);
    release(dead.len());
}

/// Spans that had to wait may go.
fn release(count: usize) {
    if count > 0 {
        export::flush_soon();
    }
}

impl Suspect {
    /// A link that the browser follows may open another window, or a program, or take its time.
    fn leads_elsewhere(&self) -> bool {
        let link = call(&get(&self.event, "target"), "closest", &"a[href]".into());
        link.is_truthy() && !is(&self.event, "defaultPrevented")
    }

    /// Only spans that have ended: one that is open is at work.
    fn mark(&self) {
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.deferred.find(self.span_id) {
                record.attributes.set("app.action.dead_click", true);
            }
        });
    }
}

impl Watch {
    fn observe(&self) {
        let options = Object::new();
        for what in ["attributes", "characterData", "childList", "subtree"] {
            set(&options, what, &true.into());
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

    fn rest(&self) {
        call(&self.mutations, "disconnect", &JsValue::UNDEFINED);
    }
}

fn with<R>(f: impl FnOnce(&mut Watch) -> R) -> Option<R> {
    let run = |cell: &RefCell<Option<Watch>>| Some(f(cell.try_borrow_mut().ok()?.as_mut()?));
    WATCH.with(run)
}
