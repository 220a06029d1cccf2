//! Clock drift: the machine has slept, or its wall clock was adjusted.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::{KeyValue, action};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    assert_one_tree, clickable, install, named, shift_wall_clock_ms, text, trace_of,
};

const TWO_HOURS_MS: f64 = 7_200_000.0;
const TOLERANCE_MS: f64 = 10.0;

#[wasm_bindgen_test]
async fn new_trace_has_the_correct_time_after_two_hours_of_sleep() {
    install();
    let asleep = action("falls asleep").start();
    asleep.set_attribute(KeyValue::new("open", true));
    shift_wall_clock_ms(TWO_HOURS_MS);
    asleep.run(async {
        global::tracer("app").in_span("wakes up", |_| ());
    });
    let before = js_sys::Date::now();
    let button = clickable("<button>After sleep</button>", |_| {
        otel_web::spawn(async {
            TimeoutFuture::new(20).await;
            global::tracer("app").in_span("after sleep", |_| ());
        });
    });
    button.click();
    let next = trace_of("click After sleep").await;
    let after = js_sys::Date::now();
    let slept = trace_of("falls asleep").await;
    shift_wall_clock_ms(0.0);

    assert_one_tree(&next, "click After sleep");
    for span in &next {
        assert_within(span, before, after);
    }
    let drift = text(named(&next, "click After sleep"), "clock.drift");
    assert!(drift.is_some(), "clock.drift is missing");
    assert_one_tree(&slept, "falls asleep");
    slept.iter().for_each(assert_plausible_duration);
}

#[wasm_bindgen_test]
async fn durations_are_not_negative_after_the_clock_was_set_back() {
    install();
    let earlier = action("before the correction").start();
    shift_wall_clock_ms(-TWO_HOURS_MS);
    earlier.run(async {
        global::tracer("app").in_span("corrected meanwhile", |_| ());
    });
    let before = js_sys::Date::now();
    action("after the correction").start().run(async {});
    let next = trace_of("after the correction").await;
    let after = js_sys::Date::now();
    let corrected = trace_of("before the correction").await;
    shift_wall_clock_ms(0.0);

    assert_within(named(&next, "after the correction"), before, after);
    assert_one_tree(&corrected, "before the correction");
    corrected.iter().for_each(assert_plausible_duration);
}

#[wasm_bindgen_test]
async fn root_after_sleep_has_at_most_128_attributes() {
    install();
    shift_wall_clock_ms(TWO_HOURS_MS);
    let mut described = action("described after sleep");
    for number in 0..128 {
        described = described.attribute(KeyValue::new(format!("item.{number}"), number));
    }
    described.start().run(async {});
    let trace = trace_of("described after sleep").await;
    shift_wall_clock_ms(0.0);
    let root = named(&trace, "described after sleep");
    assert_eq!(root.attributes.len(), 128);
    assert!(root.dropped_attributes_count > 0);
}

fn assert_within(span: &Span, earliest_ms: f64, latest_ms: f64) {
    assert_plausible_duration(span);
    let start = span.start_time_unix_nano as f64 / 1e6;
    let end = span.end_time_unix_nano as f64 / 1e6;
    let is_within = start >= earliest_ms - TOLERANCE_MS && end <= latest_ms + TOLERANCE_MS;
    assert!(
        is_within,
        "{} lasts from {start} to {end}, the test from {earliest_ms} to {latest_ms}",
        span.name
    );
}

/// Asserts that the duration is not negative, and does not include the sleep.
fn assert_plausible_duration(span: &Span) {
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    assert!(
        start <= end && end - start < 60_000_000_000,
        "{} lasts from {start} to {end}",
        span.name
    );
}
