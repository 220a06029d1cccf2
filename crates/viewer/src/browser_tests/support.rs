//! Mounts components, and waits for what they should show.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use gloo_timers::future::TimeoutFuture;
use trace_model::{Attribute, Resource, Span, SpanId, Trace, TraceId, TraceSummary};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::prelude::*;
use yew_router::BrowserRouter;

use crate::{
    components::{top_bar::TopBar, trace_list::TraceList, trace_view::TraceView},
    hooks::{Dispatch, use_url},
    live::{Action, Change, Live},
    query,
    shared::Shared,
};

pub(super) const START: u64 = 1_795_780_000_000_000_000;
pub(super) const MS: u64 = 1_000_000;

const STYLES: &str = concat!(
    include_str!("../../styles/theme.css"),
    include_str!("../../styles/controls.css"),
    include_str!("../../styles/frame.css"),
    include_str!("../../styles/list.css"),
    include_str!("../../styles/trace.css"),
    include_str!("../../styles/waterfall.css"),
    include_str!("../../styles/figures.css"),
    include_str!("../../styles/details.css"),
    include_str!("../../styles/data.css"),
    include_str!("../../styles/access.css"),
);

const POLL_INTERVAL_MS: u32 = 20;
const MAX_POLLS: u32 = 1_500;

pub(super) fn trace_id() -> TraceId {
    "6b090000000000000000000000000001".parse().unwrap()
}

pub(super) fn span_id(number: usize) -> SpanId {
    format!("{number:016x}").parse().unwrap()
}

/// Creates a span of `service` that runs from one millisecond of the trace to another. The service
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

/// A mounted component. Dropping it removes it from the document.
pub(super) struct Mounted {
    root: HtmlElement,
    destroy: Option<Box<dyn FnOnce()>>,
}

impl Mounted {
    /// Shows a component by itself.
    pub(super) fn component<C: BaseComponent>(props: C::Properties, size: (u32, u32)) -> Self {
        Self::mount::<C>("/traces", props, size)
    }

    /// Shows a trace in a pane of this size, in CSS pixels. Waits for its first row in the layout
    /// of that size.
    pub(super) async fn trace(spans: Vec<Span>, size: (u32, u32)) -> Self {
        Self::trace_at("/traces", spans, size).await
    }

    /// Like [`Mounted::trace`], but starts at this address.
    pub(super) async fn trace_at(address: &str, spans: Vec<Span>, size: (u32, u32)) -> Self {
        let trace = Shared::new(Trace::from_spans(trace_id(), spans));
        let page = Self::mount::<TraceHarness>(address, TraceHarnessProps { trace }, size);
        page.find(".trace").await;
        if page.count(".waterfall") == 0 {
            return page;
        }
        page.find(".span-row").await;
        let width = format!("{}px", page.find(".waterfall .scroll").await.client_width());
        page.until("the measured width", || page.measured_width() == width)
            .await;
        page
    }

    pub(super) fn built_trace(trace: Trace, size: (u32, u32)) -> Self {
        let trace = Shared::new(trace);
        Self::mount::<TraceHarness>("/traces", TraceHarnessProps { trace }, size)
    }

    fn measured_width(&self) -> String {
        let waterfall = &self.all(".waterfall")[0];
        let style = waterfall.style();
        style.get_property_value("--width").unwrap()
    }

    fn mount<C: BaseComponent>(
        address: &str,
        props: C::Properties,
        (width, height): (u32, u32),
    ) -> Self {
        let document = document();
        if document.get_element_by_id("styles").is_none() {
            let styles = document.create_element("style").unwrap();
            styles.set_id("styles");
            styles.set_text_content(Some(STYLES));
            document.head().unwrap().append_child(&styles).unwrap();
        }
        let history = web_sys::window().unwrap().history().unwrap();
        let state = wasm_bindgen::JsValue::NULL;
        history
            .replace_state_with_url(&state, "", Some(address))
            .unwrap();
        let root: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        let style = format!(
            "position:absolute;top:0;left:0;width:{width}px;height:{height}px;\
             display:grid;grid-template-columns:minmax(0,1fr);grid-template-rows:minmax(0,1fr)"
        );
        root.set_attribute("style", &style).unwrap();
        document.body().unwrap().append_child(&root).unwrap();
        let renderer = yew::Renderer::<C>::with_root_and_props(root.clone().into(), props);
        let app = renderer.render();
        Self {
            root,
            destroy: Some(Box::new(move || app.destroy())),
        }
    }

    pub(super) fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.root.query_selector_all(selector).unwrap();
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

    /// Returns the button with this text.
    pub(super) fn button(&self, text: &str) -> HtmlElement {
        let mut buttons = self.all("button").into_iter();
        buttons
            .find(|button| button.text_content().as_deref() == Some(text))
            .unwrap_or_else(|| panic!("no button {text:?}: {}", self.root.inner_html()))
    }

    /// Returns the link with this text.
    pub(super) fn link(&self, text: &str) -> HtmlElement {
        let mut links = self.all("a").into_iter();
        links
            .find(|link| link.text_content().as_deref() == Some(text))
            .unwrap_or_else(|| panic!("no link {text:?}: {}", self.root.inner_html()))
    }

    /// Waits until a condition is met, and fails the test otherwise.
    pub(super) async fn until(&self, expected: &str, is_met: impl Fn() -> bool) {
        for _ in 0..MAX_POLLS {
            let met = is_met();
            // Also afterwards, so that the effects of the render run, such as those of the keyboard.
            TimeoutFuture::new(POLL_INTERVAL_MS).await;
            if met {
                return;
            }
        }
        panic!("no {expected}: {}", self.root.inner_html());
    }

    /// Waits until the elements have these texts.
    pub(super) async fn until_texts(&self, selector: &str, expected: &[&str]) {
        let description = format!("{expected:?} in {selector}");
        self.until(&description, || self.texts(selector) == expected)
            .await;
    }

    /// Returns the waterfall's row of the span with this name.
    pub(super) fn row(&self, name: &str) -> HtmlElement {
        let mut rows = self.all(".span-row").into_iter();
        rows.find(|row| {
            let text = row.query_selector(".name").unwrap().unwrap();
            text.text_content().unwrap_or_default() == name
        })
        .unwrap_or_else(|| panic!("no row {name}"))
    }

    /// Returns the size of the markup, as a measure of the browser's layout work.
    pub(super) fn html_length(&self) -> usize {
        self.root.inner_html().len()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy.take() {
            destroy();
        }
        self.root.remove();
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TraceHarnessProps {
    trace: Shared<Trace>,
}

#[component]
fn TraceHarness(props: &TraceHarnessProps) -> Html {
    html! { <BrowserRouter><TraceScreen trace={props.trace.clone()} /></BrowserRouter> }
}

#[component]
fn TraceScreen(props: &TraceHarnessProps) -> Html {
    let url = use_url();
    html! { <TraceView {url} trace={props.trace.clone()} in_honeycomb=false traces={Rc::<Vec<Rc<TraceSummary>>>::default()} log_change={Change::default()} /> }
}

/// The top bar and the trace list, without a gateway: tests dispatch its responses and events.
pub(super) struct ListScreen {
    pub(super) page: Mounted,
    latest: Rc<RefCell<Option<(Live, Dispatch)>>>,
}

impl ListScreen {
    /// Waits for the first render.
    pub(super) async fn mount() -> Self {
        let latest = Rc::new(RefCell::new(None));
        let on_render = Callback::from({
            let latest = Rc::clone(&latest);
            move |rendered| {
                latest.replace(Some(rendered));
            }
        });
        let page =
            Mounted::mount::<ListHarness>("/traces", ListHarnessProps { on_render }, (700, 600));
        page.find(".traces").await;
        Self { page, latest }
    }

    pub(super) fn dispatch(&self, action: Action) {
        let (_, dispatch) = self.latest.borrow().clone().unwrap();
        dispatch.dispatch(action);
    }

    /// Returns the state of the latest render.
    pub(super) fn live(&self) -> Live {
        self.latest.borrow().clone().unwrap().0
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ListHarnessProps {
    on_render: Callback<(Live, Dispatch)>,
}

#[component]
fn ListHarness(props: &ListHarnessProps) -> Html {
    html! { <BrowserRouter><ListContent on_render={props.on_render.clone()} /></BrowserRouter> }
}

#[component]
fn ListContent(props: &ListHarnessProps) -> Html {
    let url = use_url();
    let live = use_reducer(Live::default);
    let parsed = query::parse(&url.view.query);
    props.on_render.emit(((*live).clone(), live.dispatcher()));
    html! {
        <div style="display:grid;grid-template-rows:auto minmax(0,1fr);min-height:0">
            <TopBar url={url.clone()} problem={query::problem(&parsed, &url.view.query)} live={(*live).clone()}
                dispatch={live.dispatcher()} on_help={Callback::noop()} />
            <TraceList {url} live={(*live).clone()} dispatch={live.dispatcher()} />
        </div>
    }
}

pub(super) fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Returns the address after its origin.
pub(super) fn address() -> String {
    let location = web_sys::window().unwrap().location();
    format!(
        "{}{}",
        location.pathname().unwrap(),
        location.search().unwrap()
    )
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
