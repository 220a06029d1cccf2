//! Hours of clicking in a minute: what the page holds must not grow.
//!
//! `cargo xtask soak` does the same for longer, and looks at the page from outside.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::ArrayBuffer;
use js_sys::WebAssembly::Memory;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::action;
use otel_web::fetch::Request;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::support::{
    body_count, clickable, forget_bodies_after, has_arrived, install, trace_of, until,
};

/// Until buffers have the size they need.
const WARM_UP: u32 = 400;
const ACTIONS: u32 = 2_000;
/// What buffers may have grown since the warm-up, on a busy machine. A span that is kept has more
/// than the 256 bytes that this is for each action.
const MOST_BYTES: u32 = 8 * 65_536;
/// Clicked before the first has ended.
const AT_ONCE: u32 = 20;

#[wasm_bindgen_test]
async fn two_thousand_actions_leave_nothing_behind() {
    install();
    trace_of("documentLoad").await;
    let others = body_count();
    let done = Rc::new(Cell::new(0));
    let button = button(&done);
    click(&button, &done, WARM_UP).await;
    let before = held("soak is warm", others).await;
    click(&button, &done, ACTIONS).await;
    let after = held("soak is over", others).await;
    let grown = (
        after.0.saturating_sub(before.0),
        after.1.saturating_sub(before.1),
    );
    assert!(
        grown.0 <= MOST_BYTES && grown.1 < ACTIONS / 10,
        "bytes of memory and JavaScript objects held by WebAssembly, before and after: {before:?} {after:?}"
    );
}

fn button(done: &Rc<Cell<u32>>) -> HtmlElement {
    let done = Rc::clone(done);
    clickable("<button>Again and again</button>", move |_| {
        let done = Rc::clone(&done);
        action("soak").start().run(async move {
            TimeoutFuture::new(0).await;
            let answer = Request::get("/api/soak").send().await;
            global::tracer("app").in_span("after", |_| ());
            done.set(done.get() + u32::from(answer.is_ok()));
        });
    })
}

async fn click(button: &HtmlElement, done: &Cell<u32>, count: u32) {
    let last = done.get() + count;
    while done.get() < last {
        let wave = done.get() + AT_ONCE;
        (0..AT_ONCE).for_each(|_| button.click());
        while done.get() < wave {
            TimeoutFuture::new(1).await;
        }
    }
}

/// Once all is delivered: the size of the memory, and how many JavaScript objects it refers to.
async fn held(last: &'static str, others: u32) -> (u32, u32) {
    action(last).start().run(async {});
    until(|| has_arrived(last), last).await;
    forget_bodies_after(others);
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: ArrayBuffer = memory.buffer().unchecked_into();
    (
        buffer.byte_length(),
        wasm_bindgen::externref_heap_live_count(),
    )
}
