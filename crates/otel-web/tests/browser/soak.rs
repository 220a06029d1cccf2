//! Memory use over thousands of actions, which must not grow.
//!
//! `cargo xtask soak` runs longer, and measures the page from outside.

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
    body_count, clickable, has_arrived, install, trace_of, truncate_bodies, until,
};

/// The number of actions per round. If each leaked a span, the leak would exceed the buffers, whose
/// size varies between rounds.
const ACTIONS_PER_ROUND: u32 = 2_000;
/// The last action of each round. Buffers grow in the first rounds only, leaks in all of them.
const LAST_ACTIONS: [&str; 6] = ["soak 1", "soak 2", "soak 3", "soak 4", "soak 5", "soak 6"];
/// The number of actions that overlap.
const CONCURRENT_ACTIONS: u32 = 20;

#[wasm_bindgen_test]
async fn memory_does_not_grow_with_thousands_of_actions() {
    install();
    trace_of("documentLoad").await;
    let others = body_count();
    let done = Rc::new(Cell::new(0));
    let button = button(&done);
    let _ballast = ballast();
    let mut samples = vec![memory_use()];
    for last in LAST_ACTIONS {
        click(&button, &done, ACTIONS_PER_ROUND).await;
        all_delivered(last, others).await;
        samples.push(memory_use());
        if let [.., before, after] = samples[..]
            && !has_grown(before, after)
        {
            return;
        }
    }
    panic!("(bytes of memory, referenced JavaScript objects) grow in every round: {samples:?}");
}

fn button(done: &Rc<Cell<u32>>) -> HtmlElement {
    let done = Rc::clone(done);
    clickable("<button>Repeat</button>", move |_| {
        let done = Rc::clone(&done);
        action("soak").start().run(async move {
            TimeoutFuture::new(0).await;
            let response = Request::get("/api/soak").send().await;
            global::tracer("app").in_span("after", |_| ());
            done.set(done.get() + u32::from(response.is_ok()));
        });
    })
}

async fn click(button: &HtmlElement, done: &Cell<u32>, count: u32) {
    let last = done.get() + count;
    while done.get() < last {
        let wave = done.get() + CONCURRENT_ACTIONS;
        (0..CONCURRENT_ACTIONS).for_each(|_| button.click());
        while done.get() < wave {
            TimeoutFuture::new(1).await;
        }
    }
}

/// Waits until all spans of the round are delivered, and frees them.
async fn all_delivered(last: &'static str, others: u32) {
    action(last).start().run(async {});
    until(|| has_arrived(last), last).await;
    truncate_bodies(others);
}

/// Returns the size of the memory, and the number of JavaScript objects that it references.
fn memory_use() -> (u32, u32) {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: ArrayBuffer = memory.buffer().unchecked_into();
    (
        buffer.byte_length(),
        wasm_bindgen::externref_heap_live_count(),
    )
}

fn has_grown(before: (u32, u32), after: (u32, u32)) -> bool {
    after.0 > before.0 || after.1 > before.1 + ACTIONS_PER_ROUND / 10
}

/// Fills the memory that earlier tests have freed, which would hide a leak.
fn ballast() -> Vec<Box<[u8]>> {
    let before = memory_use().0;
    let mut blocks = Vec::new();
    while memory_use().0 == before {
        blocks.push(vec![0; 1_024].into_boxed_slice());
    }
    blocks
}
