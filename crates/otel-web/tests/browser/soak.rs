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

/// Actions of one round: enough that a span that each of them keeps takes more than buffers, which
/// differ from round to round.
const ROUND: u32 = 2_000;
/// The action that ends each round. In the first rounds buffers find their size; what leaks grows in
/// all of them.
const LAST_OF_ROUNDS: [&str; 6] = ["soak 1", "soak 2", "soak 3", "soak 4", "soak 5", "soak 6"];
/// Clicked before the first has ended.
const AT_ONCE: u32 = 20;

#[wasm_bindgen_test]
async fn thousands_of_actions_leave_nothing_behind() {
    install();
    trace_of("documentLoad").await;
    let others = body_count();
    let done = Rc::new(Cell::new(0));
    let button = button(&done);
    let _ballast = ballast();
    let mut samples = vec![held()];
    for last in LAST_OF_ROUNDS {
        click(&button, &done, ROUND).await;
        settle(last, others).await;
        samples.push(held());
        if let [.., before, after] = samples[..]
            && !has_grown(before, after)
        {
            return;
        }
    }
    panic!("bytes of memory and JavaScript objects held by WebAssembly, by rounds: {samples:?}");
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

/// Until all that the round has ended is delivered.
async fn settle(last: &'static str, others: u32) {
    action(last).start().run(async {});
    until(|| has_arrived(last), last).await;
    forget_bodies_after(others);
}

/// The size of the memory, and how many JavaScript objects it refers to.
fn held() -> (u32, u32) {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: ArrayBuffer = memory.buffer().unchecked_into();
    (
        buffer.byte_length(),
        wasm_bindgen::externref_heap_live_count(),
    )
}

fn has_grown(before: (u32, u32), after: (u32, u32)) -> bool {
    after.0 > before.0 || after.1 > before.1 + ROUND / 10
}

/// Fills what earlier tests have left free, where a leak would not show.
fn ballast() -> Vec<Box<[u8]>> {
    let before = held().0;
    let mut blocks = Vec::new();
    while held().0 == before {
        blocks.push(vec![0; 1_024].into_boxed_slice());
    }
    blocks
}
