//! Spans and events of the crate `tracing`.

use std::error::Error;
use std::fmt;
use std::sync::Once;

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer as _;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use otel_web::fetch::Request;
use otel_web::tracing::Subscriber;
use otel_web::{action, record_error};
use tracing::instrument::WithSubscriber;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{set_global_default, with_default};
use tracing::{Dispatch, Instrument as _};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{assert_one_tree, clickable, names, number, text, trace_of};

/// Installs telemetry and the subscriber, once for all tests of this page.
fn install() {
    static SUBSCRIBER: Once = Once::new();
    support::install();
    SUBSCRIBER.call_once(|| set_global_default(Subscriber::new()).unwrap());
}

/// Returns the layer below a filter.
fn layered(filter: Targets) -> Dispatch {
    Dispatch::new(registry().with(otel_web::tracing::Layer::new().with_filter(filter)))
}

/// Asserts that a span is the child of another.
fn assert_child(trace: &[Span], child: &str, parent: &str) {
    let child = support::named(trace, child);
    let parent = support::named(trace, parent);
    assert_eq!(child.parent_span_id, parent.span_id, "{:?}", names(trace));
}

fn event<'a>(span: &'a Span, name: &str) -> &'a Event {
    let found = span.events.iter().find(|event| event.name == name);
    found.unwrap_or_else(|| panic!("no event {name} among {:?}", span.events))
}

/// Returns the text of an event's attribute.
fn event_text(event: &Event, key: &str) -> Option<String> {
    let span = Span {
        attributes: event.attributes.clone(),
        ..Span::default()
    };
    text(&span, key)
}

fn status(span: &Span) -> (i32, &str) {
    let status = span.status.as_ref();
    status.map_or((0, ""), |status| (status.code, &status.message))
}

#[tracing::instrument]
async fn load_cart(cart: u32) {
    TimeoutFuture::new(2).await;
    load_prices(cart, "net").await;
    TimeoutFuture::new(1).await;
}

#[tracing::instrument(skip(cart), fields(cart.items = 3))]
async fn load_prices(cart: u32, kind: &str) {
    let url = format!("/api/prices/{cart}?wait=3");
    let request = Request::get(&url).url_template("/api/prices/{cart}");
    request.send().await.unwrap();
}

#[wasm_bindgen_test]
async fn nested_async_functions_are_nested_spans() {
    install();
    action("cart.open").start().run(load_cart(17));
    let trace = trace_of("cart.open").await;
    assert_one_tree(&trace, "cart.open");
    assert_child(&trace, "load_cart", "cart.open");
    assert_child(&trace, "load_prices", "load_cart");
    assert_child(&trace, "GET /api/prices/{cart}", "load_prices");
    assert_eq!(trace.len(), 4, "{:?}", names(&trace));
    let load_prices = support::named(&trace, "load_prices");
    let attribute = |key| text(load_prices, key);
    assert_eq!(attribute("kind").as_deref(), Some("net"));
    assert_eq!(attribute("cart.items").as_deref(), Some("3"));
    assert_eq!(attribute("cart"), None);
    let file = attribute("code.file.path").unwrap();
    assert!(file.ends_with("tests/browser/tracing.rs"), "{file}");
    assert!(number(load_prices, "code.line.number") > Some(60.0));
}

#[wasm_bindgen_test]
async fn server_continues_the_trace_below_the_instrumented_function() {
    install();
    action("cart.join").start().run(load_cart(18));
    let trace = trace_of("cart.join").await;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let request = support::named(&trace, "GET /api/prices/{cart}");
    let ids: [String; 2] = [hex(&request.trace_id), hex(&request.span_id)];
    let header = support::header_of("/api/prices/18?wait=3", "traceparent").unwrap();
    assert_eq!(header, format!("00-{}-{}-03", ids[0], ids[1]));
}

#[wasm_bindgen_test]
async fn spans_of_fifty_interleaved_actions_are_in_their_traces_with_both_types() {
    async fn step(number: u32) {
        TimeoutFuture::new(number % 7).await;
        tracing::info!(number, "before");
        TimeoutFuture::new(number % 5).await;
        tracing::info_span!("inner").in_scope(|| tracing::info!(number, "inside"));
        otel_web::spawn(
            TimeoutFuture::new(number % 3).instrument(tracing::info_span!("later", number)),
        );
    }
    install();
    for (prefix, dispatch) in [
        ("own", None),
        (
            "layer",
            Some(layered(Targets::new().with_default(LevelFilter::INFO))),
        ),
    ] {
        for number in 0..50 {
            let work = async move { step(number).instrument(tracing::info_span!("outer")).await };
            let started = action(format!("{prefix} {number}")).start();
            match &dispatch {
                Some(dispatch) => {
                    started.run(WithSubscriber::with_subscriber(work, dispatch.clone()))
                }
                None => started.run(work),
            }
        }
        for number in 0..50 {
            let root = format!("{prefix} {number}");
            let trace = trace_of(&root).await;
            let mut all = names(&trace);
            all.sort_unstable();
            let mut expected = ["inner", "later", "outer", &root];
            expected.sort_unstable();
            assert_eq!(all, expected);
            assert_child(&trace, "outer", &root);
            assert_child(&trace, "inner", "outer");
            assert_child(&trace, "later", "outer");
            for (span, name) in [("outer", "before"), ("inner", "inside")] {
                let event = event(support::named(&trace, span), name);
                assert_eq!(event_text(event, "number"), Some(number.to_string()));
            }
        }
    }
}

#[wasm_bindgen_test]
async fn function_called_by_a_click_is_below_the_click() {
    #[tracing::instrument]
    fn sort_rows() {}
    install();
    clickable("<button>Sort rows</button>", |_| sort_rows()).click();
    let trace = trace_of("click Sort rows").await;
    assert_child(&trace, "sort_rows", "click Sort rows");
}

#[wasm_bindgen_test]
async fn spans_of_both_apis_can_be_nested() {
    install();
    action("both apis").start().run(async {
        let tracer = global::tracer("shop");
        tracing::info_span!("first").in_scope(|| {
            tracer.in_span("second", |_| {
                tracing::info_span!("third").in_scope(|| tracer.in_span("fourth", |_| ()));
            });
        });
    });
    let trace = trace_of("both apis").await;
    for (child, parent) in [
        ("first", "both apis"),
        ("second", "first"),
        ("third", "second"),
    ] {
        assert_child(&trace, child, parent);
    }
    assert_child(&trace, "fourth", "third");
}

#[wasm_bindgen_test]
async fn explicit_parents_and_links_are_respected() {
    install();
    action("explicit").start().run(async {
        let first = tracing::info_span!("the first");
        let second = tracing::info_span!("the second").entered();
        tracing::info_span!(parent: &first, "below the first").in_scope(|| ());
        let root = tracing::info_span!(parent: None, "without parent");
        root.follows_from(&first);
        drop(second);
        tracing::info!(parent: &first, "seen from outside");
    });
    let trace = trace_of("explicit").await;
    assert_child(&trace, "below the first", "the first");
    let first = support::named(&trace, "the first");
    event(first, "seen from outside");
    let other = trace_of("without parent").await;
    assert_one_tree(&other, "without parent");
    assert_eq!(other[0].links[0].span_id, first.span_id);
}

#[wasm_bindgen_test]
async fn current_span_follows_a_spawned_future() {
    install();
    let work = async {
        let span = tracing::info_span!("fillable", size = tracing::field::Empty);
        let _entered = span.enter();
        otel_web::spawn({
            let span = span.clone();
            async move {
                TimeoutFuture::new(1).await;
                tracing::Span::current().record("size", 7);
                drop(span);
            }
        });
    };
    action("filling").start().run(work);
    let trace = trace_of("filling").await;
    let span = support::named(&trace, "fillable");
    assert_eq!(text(span, "size").as_deref(), Some("7"));
}

#[derive(Debug)]
struct TeaError(std::num::ParseIntError);

impl fmt::Display for TeaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no tea")
    }
}

impl Error for TeaError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[tracing::instrument(err)]
async fn brew() -> Result<(), TeaError> {
    pour().await
}

#[tracing::instrument(err)]
async fn pour() -> Result<(), TeaError> {
    TimeoutFuture::new(1).await;
    "x".parse::<u8>().map(drop).map_err(TeaError)
}

#[wasm_bindgen_test]
async fn returned_error_is_recorded_once_and_fails_its_functions() {
    install();
    action("tea.brew").start().run(async {
        brew().await.unwrap_err();
    });
    let trace = trace_of("tea.brew").await;
    for name in ["pour", "brew", "tea.brew"] {
        assert_eq!(
            status(support::named(&trace, name)),
            (2, "no tea"),
            "{name}"
        );
    }
    let exceptions: Vec<_> = trace.iter().flat_map(|span| &span.events).collect();
    assert_eq!(exceptions.len(), 1, "{exceptions:?}");
    let exception = event(support::named(&trace, "pour"), "exception");
    let attribute = |key| event_text(exception, key);
    assert_eq!(attribute("exception.message").as_deref(), Some("no tea"));
    assert_eq!(attribute("level").as_deref(), Some("ERROR"));
    assert!(attribute("target").unwrap().ends_with("::tracing"));
    assert!(attribute("code.line.number").is_some());
}

#[wasm_bindgen_test]
async fn error_event_has_its_causes_and_fields() {
    install();
    action("causes").start().run(async {
        let error = TeaError("x".parse::<u8>().unwrap_err());
        let error: &(dyn Error + 'static) = &error;
        tracing::error!(error, cup = 3_u64, "brewing failed");
    });
    let trace = trace_of("causes").await;
    let exception = event(&trace[0], "exception");
    let attribute = |key| event_text(exception, key);
    let message = "no tea: invalid digit found in string";
    assert_eq!(attribute("exception.message").as_deref(), Some(message));
    assert_eq!(attribute("message").as_deref(), Some("brewing failed"));
    assert_eq!(attribute("cup").as_deref(), Some("3"));
}

#[wasm_bindgen_test]
async fn error_event_outside_a_trace_is_a_root() {
    install();
    support::nothing_in_progress().await;
    tracing::error!("alone with the tea");
    support::until(
        || {
            support::spans()
                .iter()
                .any(|span| status(span).1 == "alone with the tea")
        },
        "the error",
    )
    .await;
    let spans = support::spans();
    let root = spans
        .iter()
        .find(|span| status(span).1 == "alone with the tea")
        .unwrap();
    assert_eq!((&*root.name, &*root.parent_span_id), ("error", &[][..]));
}

#[wasm_bindgen_test]
async fn record_error_inside_a_function_is_on_its_span() {
    install();
    action("inside").start().run(async {
        tracing::info_span!("stumbles").in_scope(|| record_error("stumbled"));
    });
    let trace = trace_of("inside").await;
    event(support::named(&trace, "stumbles"), "exception");
}

#[wasm_bindgen_test]
async fn levels_above_the_maximum_are_not_recorded() {
    install();
    action("levels").start().run(async {
        tracing::debug_span!("too detailed").in_scope(|| tracing::info!("on the action"));
        tracing::info_span!("noted").in_scope(|| tracing::debug!("too detailed, too"));
    });
    let trace = trace_of("levels").await;
    assert_eq!(trace.len(), 2, "{:?}", names(&trace));
    assert!(support::named(&trace, "noted").events.is_empty());
    event(support::named(&trace, "levels"), "on the action");
}

#[wasm_bindgen_test]
async fn filters_select_by_target_with_both_types() {
    fn work() {
        tracing::debug_span!(target: "quiet", "unwanted").in_scope(|| ());
        tracing::debug_span!(target: "loud", "wanted").in_scope(|| ());
    }
    install();
    let targets = || Targets::new().with_target("loud", LevelFilter::DEBUG);
    let own = Layer::with_subscriber(
        targets(),
        Subscriber::new().with_max_level(LevelFilter::TRACE),
    );
    for (name, dispatch) in [
        ("filtered", Dispatch::new(own)),
        ("layered", layered(targets())),
    ] {
        action(name)
            .start()
            .run(async move { tracing::dispatcher::with_default(&dispatch, work) });
        let trace = trace_of(name).await;
        let mut all = names(&trace);
        all.sort_unstable();
        let mut expected = [name, "wanted"];
        expected.sort_unstable();
        assert_eq!(all, expected);
    }
}

#[wasm_bindgen_test]
async fn fields_have_their_types_and_special_fields_their_meaning() {
    install();
    action("fields").start().run(async {
        let span = tracing::info_span!(
            "renamed",
            otel.name = "GET /tea",
            otel.kind = "client",
            otel.status_code = "ERROR",
            otel.status_description = "cold",
            huge = u64::MAX,
            ratio = 0.5,
            warm = false,
            r#type = "green",
            list = ?[1, 2],
            long = "x".repeat(10_000),
            filled = tracing::field::Empty,
            twice = 1,
        );
        span.record("filled", 5);
        span.record("twice", 2);
    });
    let trace = trace_of("fields").await;
    let span = support::named(&trace, "GET /tea");
    assert_eq!((span.kind, status(span)), (3, (2, "cold")));
    let attribute = |key| text(span, key);
    assert_eq!(attribute("huge").as_deref(), Some("18446744073709551615"));
    assert_eq!(number(span, "ratio"), Some(0.5));
    assert_eq!(attribute("warm").as_deref(), Some("BoolValue(false)"));
    assert_eq!(attribute("type").as_deref(), Some("green"));
    assert_eq!(attribute("list").as_deref(), Some("[1, 2]"));
    assert_eq!(attribute("long").map(|text| text.len()), Some(8_192));
    assert_eq!(attribute("filled").as_deref(), Some("5"));
    let twice = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key == "twice");
    assert_eq!(
        (twice.count(), attribute("twice").as_deref()),
        (1, Some("2"))
    );
    for meaningless in [
        "thread.id",
        "thread.name",
        "busy_ns",
        "idle_ns",
        "otel.kind",
    ] {
        assert_eq!(attribute(meaningless), None, "{meaningless}");
    }
}

#[wasm_bindgen_test]
async fn field_whose_formatting_traces_is_recorded() {
    struct Chatty;
    impl fmt::Debug for Chatty {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            tracing::info_span!("formatting").in_scope(|| tracing::info!("formatting"));
            f.write_str("chatty")
        }
    }
    install();
    action("chatting").start().run(async {
        tracing::info_span!("with field", field = ?Chatty)
            .in_scope(|| tracing::info!(?Chatty, "said"));
    });
    let trace = trace_of("chatting").await;
    let span = support::named(&trace, "with field");
    assert_eq!(text(span, "field").as_deref(), Some("chatty"));
    assert_eq!(
        event_text(event(span, "said"), "Chatty").as_deref(),
        Some("chatty")
    );
    assert_eq!(
        trace
            .iter()
            .filter(|span| span.name == "formatting")
            .count(),
        2
    );
}

#[wasm_bindgen_test]
async fn records_of_the_crate_log_arrive_with_their_target() {
    install();
    static LOG: Once = Once::new();
    LOG.call_once(|| tracing_log::LogTracer::init().unwrap());
    action("logging").start().run(async {
        let record = tracing_log::log::Record::builder()
            .args(format_args!("brewed"))
            .level(tracing_log::log::Level::Warn)
            .target("kettle")
            .file(Some("kettle.rs"))
            .line(Some(3))
            .build();
        tracing_log::log::logger().log(&record);
    });
    let trace = trace_of("logging").await;
    let brewed = event(&trace[0], "brewed");
    let attribute = |key| event_text(brewed, key);
    assert_eq!(attribute("target").as_deref(), Some("kettle"));
    assert_eq!(attribute("level").as_deref(), Some("WARN"));
    assert_eq!(attribute("code.file.path").as_deref(), Some("kettle.rs"));
    assert_eq!(attribute("code.line.number").as_deref(), Some("3"));
    assert_eq!(attribute("log.target"), None);
}

#[wasm_bindgen_test]
async fn dropped_future_ends_its_span() {
    install();
    action("dropped").start().run(async {
        let mut future =
            Box::pin(TimeoutFuture::new(60_000).instrument(tracing::info_span!("slow")));
        std::future::poll_fn(|cx| {
            assert!(future.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    });
    let trace = trace_of("dropped").await;
    assert_one_tree(&trace, "dropped");
    assert_child(&trace, "slow", "dropped");
}

#[wasm_bindgen_test]
async fn cloned_span_ends_with_its_last_handle() {
    install();
    action("cloned").start().run(async {
        let span = tracing::info_span!("long");
        let clone = span.clone();
        drop(span);
        tracing::info_span!("short").in_scope(|| ());
        TimeoutFuture::new(3).await;
        drop(clone);
    });
    let trace = trace_of("cloned").await;
    let [long, short] = ["long", "short"].map(|name| support::named(&trace, name));
    assert!(long.end_time_unix_nano >= short.end_time_unix_nano + 2_000_000);
}

#[wasm_bindgen_test]
async fn nothing_is_recorded_in_a_suppressed_context() {
    install();
    action("suppressed").start().run(async {
        let _suppressed = opentelemetry::Context::enter_telemetry_suppressed_scope();
        with_default(Subscriber::new(), || {
            tracing::info_span!("hidden").in_scope(|| ())
        });
    });
    let trace = trace_of("suppressed").await;
    assert_eq!(names(&trace), ["suppressed"]);
}
