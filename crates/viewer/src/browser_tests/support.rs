//! Mounts the trace view, and waits for what it should show.

use std::sync::Arc;

use gloo_timers::future::TimeoutFuture;
use trace_model::{Attribute, Resource, Span, SpanId, Trace, TraceId};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::{AppHandle, prelude::*};
use yew_router::BrowserRouter;

use crate::{components::trace_pane::TraceView, hooks::use_url, shared::Shared};

pub(super) const START: u64 = 1_795_780_000_000_000_000;
pub(super) const MS: u64 = 1_000_000;

const STYLES: &str = concat!(
    include_str!("../../styles/theme.css"),
    include_str!("../../styles/controls.css"),
    include_str!("../../styles/frame.css"),
    include_str!("../../styles/list.css"),
    include_str!("../../styles/trace.css"),
    include_str!("../../styles/waterfall.css"),
    include_str!("../../styles/details.css"),
);

/// Waiting for something to show gives up after so many looks, one every 20 ms.
const MAX_LOOKS: u32 = 1_500;
const LOOK_INTERVAL_MS: u32 = 20;

pub(super) fn trace_id() -> TraceId {
    "6b090000000000000000000000000001".parse().unwrap()
}

pub(super) fn span_id(number: usize) -> SpanId {
    format!("{number:016x}").parse().unwrap()
}

/// A span of `service` that runs from one millisecond of the trace to another. The service
/// `page` runs in a browser.
pub(super) fn span(
    (number, parent): (usize, Option<usize>),
    service: &str,
    name: &str,
    ms: std::ops::Range<u64>,
) -> Span {
    let mut span = Span::new(trace_id(), span_id(number), name);
    span.parent_span_id = parent.map(span_id);
    span.start_unix_nano = START + ms.start * MS;
    span.end_unix_nano = START + ms.end * MS;
    let mut attributes = vec![Attribute::new("service.name", service)];
    if service == "page" {
        attributes.push(Attribute::new("browser.platform", "Linux"));
    }
    span.resource = Arc::new(Resource {
        attributes: attributes.into_iter().collect(),
    });
    span
}

#[derive(Clone, PartialEq, Properties)]
struct HarnessProps {
    trace: Shared<Trace>,
}

#[component]
fn Harness(props: &HarnessProps) -> Html {
    html! { <BrowserRouter><View trace={props.trace.clone()} /></BrowserRouter> }
}

#[component]
fn View(props: &HarnessProps) -> Html {
    let url = use_url();
    html! { <TraceView {url} trace={props.trace.clone()} in_honeycomb=false /> }
}

/// A mounted trace view; it goes when this is dropped.
pub(super) struct Page {
    place: HtmlElement,
    app: Option<AppHandle<Harness>>,
}

impl Page {
    /// Shows the trace in a pane of this size, in CSS pixels, and waits for its first row in
    /// the layout for that size.
    pub(super) async fn show(spans: Vec<Span>, (width, height): (u32, u32)) -> Self {
        let page = Self::mount(Trace::from_spans(trace_id(), spans), (width, height));
        page.find(".span-row").await;
        let rows = format!("{}px", page.find(".waterfall .scroll").await.client_width());
        page.until("the measured width", || page.measured_width() == rows)
            .await;
        page
    }

    fn measured_width(&self) -> String {
        let waterfall = &self.all(".waterfall")[0];
        let style = waterfall.style();
        style.get_property_value("--width").unwrap()
    }

    pub(super) fn mount(trace: Trace, (width, height): (u32, u32)) -> Self {
        let document = document();
        if document.get_element_by_id("styles").is_none() {
            let styles = document.create_element("style").unwrap();
            styles.set_id("styles");
            styles.set_text_content(Some(STYLES));
            document.head().unwrap().append_child(&styles).unwrap();
        }
        // Each test begins at the address of no span.
        let history = web_sys::window().unwrap().history().unwrap();
        let state = wasm_bindgen::JsValue::NULL;
        history
            .replace_state_with_url(&state, "", Some("/"))
            .unwrap();
        let place: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        let style = format!(
            "position:absolute;top:0;left:0;width:{width}px;height:{height}px;\
             display:grid;grid-template-columns:minmax(0,1fr);grid-template-rows:minmax(0,1fr)"
        );
        place.set_attribute("style", &style).unwrap();
        document.body().unwrap().append_child(&place).unwrap();
        let props = HarnessProps {
            trace: Shared::new(trace),
        };
        let renderer = yew::Renderer::<Harness>::with_root_and_props(place.clone().into(), props);
        Self {
            place,
            app: Some(renderer.render()),
        }
    }

    pub(super) fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.place.query_selector_all(selector).unwrap();
        (0..found.length())
            .map(|index| found.get(index).unwrap().unchecked_into())
            .collect()
    }

    pub(super) fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    pub(super) fn texts(&self, selector: &str) -> Vec<String> {
        let all = self.all(selector).into_iter();
        all.map(|element| element.text_content().unwrap_or_default())
            .collect()
    }

    /// Waits for an element, and returns the first one.
    pub(super) async fn find(&self, selector: &str) -> HtmlElement {
        self.until(selector, || self.count(selector) > 0).await;
        self.all(selector).swap_remove(0)
    }

    pub(super) async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        for _ in 0..MAX_LOOKS {
            if holds() {
                return;
            }
            TimeoutFuture::new(LOOK_INTERVAL_MS).await;
        }
        panic!("waited in vain for {what}: {}", self.place.inner_html());
    }

    /// The row with this span's name.
    pub(super) fn row(&self, name: &str) -> HtmlElement {
        let mut rows = self.all(".span-row").into_iter();
        rows.find(|row| {
            let text = row.query_selector(".name").unwrap().unwrap();
            text.text_content().unwrap_or_default() == name
        })
        .unwrap_or_else(|| panic!("no row {name}"))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.place.remove();
    }
}

pub(super) fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

pub(super) fn style(element: &Element, property: &str) -> String {
    let window = web_sys::window().unwrap();
    let style = window.get_computed_style(element).unwrap().unwrap();
    style.get_property_value(property).unwrap()
}

pub(super) fn press(key: &str, target: &Element) {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init);
    target.dispatch_event(&event.unwrap()).unwrap();
}

impl Page {
    /// Characters and markup in the document, as a measure of what the browser has to lay out.
    pub(super) fn place_text_length(&self) -> usize {
        self.place.inner_html().len()
    }
}
