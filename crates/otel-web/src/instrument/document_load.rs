//! The page load: root `documentLoad`, from the moment the user asked for the page until its first
//! content is there, with `documentFetch` and a `resourceFetch` for what was loaded on the way.

use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt};
use wasm_bindgen::prelude::*;
use web_sys::{Performance, PerformanceNavigationTiming, PerformanceResourceTiming, Window};

use crate::action::{Opening, open};
use crate::instrument::navigation;
use crate::open::OpenSpan;
use crate::pipeline::{self, EndTime, NewSpan};
use crate::redact;

/// Opens the span of the load this page is in. It ends when the `load` event is over, the first
/// frame is painted and the data the application asked for meanwhile are there.
pub(crate) fn install(window: &Window) {
    let opening = Opening {
        name: "documentLoad".into(),
        start_ms: Some(0.0),
        is_named: true,
    };
    let context = open(opening, &Context::new());
    pipeline::annotate(&context, "app.action.trigger", "load");
    if let Some(performance) = window.performance() {
        document_fetch(&performance, &context);
        resource_fetches(&performance, &context);
    }
    hold_until_loaded(window, context.clone());
    navigation::begin(context, true);
}

fn hold_until_loaded(window: &Window, context: Context) {
    let is_complete = window
        .document()
        .is_some_and(|document| document.ready_state() == "complete");
    if !is_complete {
        let loaded = Closure::once_into_js(move || drop(context));
        let _ = window.add_event_listener_with_callback("load", loaded.unchecked_ref());
    }
}

fn document_fetch(performance: &Performance, load: &Context) {
    let entries = performance.get_entries_by_type("navigation");
    let Ok(entry) = entries.get(0).dyn_into::<PerformanceNavigationTiming>() else {
        return;
    };
    finished_fetch("documentFetch", &entry, load);
}

fn resource_fetches(performance: &Performance, load: &Context) {
    for entry in performance.get_entries_by_type("resource") {
        if let Ok(entry) = entry.dyn_into::<PerformanceResourceTiming>() {
            finished_fetch("resourceFetch", &entry, load);
        }
    }
}

fn finished_fetch(name: &'static str, entry: &PerformanceResourceTiming, load: &Context) {
    let (start, end) = (entry.fetch_start(), entry.response_end());
    if end < start || end == 0.0 {
        return;
    }
    pipeline::with(|pipeline| {
        let started = pipeline.start(NewSpan {
            name: name.into(),
            kind: SpanKind::Client,
            parent: load.span().span_context(),
            scope: pipeline::OWN_SCOPE,
            action: None,
        });
        if let Some(span) = pipeline.open_span(started.ticket) {
            describe(span, entry);
        }
        started
    })
    .into_iter()
    .for_each(|started| started.end(EndTime::Monotonic(end)));
}

fn describe(span: &mut OpenSpan, entry: &PerformanceResourceTiming) {
    span.record.start = span.anchor.unix_nanos(entry.fetch_start());
    let attributes = &mut span.record.attributes;
    attributes.set("url.full", &*redact::url(&entry.name()));
    attributes.set("http.response.body.size", entry.encoded_body_size());
    attributes.set("browser.resource.initiator", &*entry.initiator_type());
}
