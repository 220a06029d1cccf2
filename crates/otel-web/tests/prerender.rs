//! A page that is prerendered: loaded in the background, and shown later or never.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod arrivals;

use gloo_timers::future::TimeoutFuture;
use js_sys::Function;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use arrivals::{arrived, listen, spans, text, value, wait_for};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser/support/observer.js")]
extern "C" {
    #[wasm_bindgen(js_name = interceptObservers)]
    fn intercept_observers();
    #[wasm_bindgen(js_name = reportEntries)]
    fn report_entries(entries: &JsValue);
}

fn run(code: &str) -> JsValue {
    Function::new_no_args(code)
        .call0(&JsValue::UNDEFINED)
        .unwrap()
}

/// A browser that prerenders needs two pages, so the test pretends that this page was prerendered.
const PRERENDER: &str = "globalThis.shown = 0;
    Object.defineProperty(document, 'prerendering', { get: () => !shown });
    const of = performance.getEntriesByType.bind(performance);
    performance.getEntriesByType = (type) => {
        const entries = of(type);
        if (type !== 'navigation') return entries;
        const times = { activationStart: shown, responseStart: 5, responseEnd: 6, fetchStart: 1 };
        return [Object.assign(Object.create(null), times, { type: 'navigate', domComplete: 20 })];
    };";

#[wasm_bindgen_test]
async fn load_and_export_wait_until_the_page_is_shown() {
    run(PRERENDER);
    listen();
    intercept_observers();
    otel_web::Telemetry::builder("prerendered")
        .endpoint("/otlp")
        .install();
    run("if (document.readyState !== 'complete') throw new Error('the page is still loading')");
    action("while prerendering").start().run(async {});
    // Longer than the exporter waits. A page that is discarded now leaves no trace without a root.
    TimeoutFuture::new(1_500).await;
    assert!(spans().is_empty(), "{:?}", spans());
    run("shown = performance.now(); document.dispatchEvent(new Event('prerenderingchange'))");
    arrived("while prerendering").await;
    // The page was hidden until it was shown. Paints before count from then.
    report_entries(&run("return [
        { entryType: 'visibility-state', name: 'hidden', startTime: 0 },
        { entryType: 'paint', name: 'first-contentful-paint', startTime: shown + 40 },
        { entryType: 'largest-contentful-paint', startTime: shown + 90 }]"));
    run("dispatchEvent(new Event('freeze'))");
    let load = arrived("documentLoad").await;
    let shown = run("return shown").as_f64().unwrap();
    assert_eq!(
        text(&load, "app.action.outcome").as_deref(),
        Some("completed")
    );
    let activation = number(&load, "browser.navigation_timing.activation_start").unwrap();
    assert!((activation - shown).abs() < 1.0, "{activation} for {shown}");
    let vitals = with_vitals().await;
    assert_eq!(number(&vitals, "browser.web_vital.fcp.value"), Some(40.0));
    assert_eq!(number(&vitals, "browser.web_vital.lcp.value"), Some(90.0));
    assert_eq!(number(&vitals, "browser.web_vital.ttfb.value"), Some(0.0));
}

async fn with_vitals() -> Span {
    let has_vitals = |span: &Span| number(span, "browser.web_vital.cls.value").is_some();
    wait_for("web vitals", || spans().into_iter().find(has_vitals)).await
}

fn number(span: &Span, key: &str) -> Option<f64> {
    match value(span, key)? {
        Value::DoubleValue(number) => Some(number),
        _ => None,
    }
}
