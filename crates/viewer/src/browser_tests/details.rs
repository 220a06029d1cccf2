//! The details of a span.

use trace_model::{Attribute, Attributes, Event, Link, Span, SpanKind, SpanStatus, Value};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{MS, Mounted, START, address, span, span_id};

const SIZE: (u32, u32) = (1_000, 600);

fn event(name: &str, ms: u64) -> Event {
    Event {
        time_unix_nano: START + ms * MS,
        name: name.to_owned(),
        attributes: [Attribute::new("number", ms as i64)].into_iter().collect(),
    }
}

fn with_attribute(value: Value) -> Vec<Span> {
    let mut span = span((1, None), "api", "job", 0..50);
    let key = "k".to_owned();
    span.attributes = Attributes(vec![Attribute { key, value }]);
    vec![span]
}

/// A failed server span of 20 ms, 40 ms after the start of its trace, with a child of 10 ms.
fn failed_call() -> Vec<Span> {
    let mut client = span((1, None), "page", "PUT", 0..100);
    client.kind = SpanKind::Client;
    let mut server = span((2, Some(1)), "api", "PUT /like", 40..60);
    server.kind = SpanKind::Server;
    server.status = SpanStatus::Error("database is locked".to_owned());
    server.attributes = [
        Attribute::new("http.response.status_code", 500),
        Attribute::new("url.path", "/api/like"),
    ]
    .into_iter()
    .collect();
    server.links = vec![Link {
        trace_id: "6b090000000000000000000000000002".parse().unwrap(),
        span_id: span_id(7),
        attributes: Attributes::default(),
    }];
    let statement = span((3, Some(2)), "api", "INSERT", 45..55);
    vec![client, server, statement]
}

#[wasm_bindgen_test]
async fn details_show_the_fields_of_the_selected_span() {
    let page = Mounted::trace(failed_call(), SIZE).await;
    page.row("PUT /like").click();
    page.until_texts(".details h2", &["PUT /like"]).await;
    let fields: Vec<_> = page
        .texts(".fields dt")
        .into_iter()
        .zip(page.texts(".fields dd"))
        .collect();
    let value = |name: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("service"), Some("api"));
    assert_eq!(value("kind"), Some("server"));
    assert_eq!(value("start"), Some("+40 ms"));
    assert_eq!(value("duration"), Some("20 ms"));
    assert_eq!(value("self time"), Some("10 ms"));
    assert_eq!(value("clock shift"), None);
    assert_eq!(page.texts(".error-text"), ["database is locked"]);
}

#[wasm_bindgen_test]
async fn details_show_attributes_links_and_the_resource() {
    let page = Mounted::trace(failed_call(), SIZE).await;
    page.row("PUT /like").click();
    page.until_texts(".details h2", &["PUT /like"]).await;
    assert_eq!(
        page.texts(".attribute dt"),
        ["http.response.status_code", "url.path", "service.name"]
    );
    assert_eq!(page.texts(".attribute .value"), ["500", "/api/like", "api"]);
    let link = page.find(".link a").await.get_attribute("href").unwrap();
    assert!(
        link.ends_with("/trace/6b090000000000000000000000000002?span=0000000000000007"),
        "{link}"
    );
}

#[wasm_bindgen_test]
async fn the_close_button_removes_the_selection() {
    let page = Mounted::trace(failed_call(), SIZE).await;
    page.row("INSERT").click();
    page.until_texts(".details.open h2", &["INSERT"]).await;
    assert_eq!(address(), "/traces?span=0000000000000003");
    page.find(".details .close").await.click();
    page.until("closed details", || page.count(".details.open") == 0)
        .await;
    assert_eq!(address(), "/traces");
}

#[wasm_bindgen_test]
async fn an_address_with_an_unknown_span_is_explained() {
    let page = Mounted::trace_at("/traces?span=00000000000000ff", failed_call(), SIZE).await;
    page.until_texts(".missing-span code", &["00000000000000ff"])
        .await;
    assert_eq!(page.texts(".details h2"), ["PUT"]);
}

#[wasm_bindgen_test]
async fn five_thousand_events_are_shown_in_pages() {
    let mut busy = span((1, None), "api", "busy", 0..5_000);
    busy.events = (0..5_000).map(|ms| event("tick", ms)).collect();
    busy.events[4_321].name = "exception".to_owned();
    let page = Mounted::trace(vec![busy], SIZE).await;
    assert_eq!(page.count(".event"), 30);
    assert!(page.count(".event-mark") <= 101);
    assert_eq!(page.texts(".events .count")[0], "5,000");
    assert_eq!(page.texts(".pager .muted"), ["1–30 of 5,000"]);
    page.button("Later").click();
    page.until("the second page", || {
        page.texts(".pager .muted") == ["31–60 of 5,000"]
    })
    .await;
    page.button("Next exception").click();
    page.until("the exception", || page.count(".event.exception") == 1)
        .await;
    assert_eq!(page.texts(".pager .muted"), ["4,321–4,350 of 5,000"]);
}

#[wasm_bindgen_test]
async fn close_events_share_marks() {
    let spans = (1..=40).map(|number| {
        let mut span = span((number, (number > 1).then_some(1)), "api", "busy", 0..1_000);
        span.events = (0..1_000).map(|ms| event("tick", ms)).collect();
        span
    });
    let page = Mounted::trace(spans.collect(), SIZE).await;
    let rows = page.count(".span-row");
    assert!(
        page.count(".event-mark") <= rows * 60,
        "{} in {rows} rows",
        page.count(".event-mark")
    );
    assert_eq!(page.count(".event"), 30);
}

#[wasm_bindgen_test]
async fn a_long_value_is_expanded_in_steps() {
    let page = Mounted::trace(
        with_attribute(Value::String("word ".repeat(1_080_000))),
        SIZE,
    )
    .await;
    let length = || page.texts(".attribute .value")[0].len();
    assert!(length() < 1_100, "{}", length());
    assert!(page.texts(".expand .muted")[0].ends_with("of 5.4 MB"));
    page.find(".expand button").await.click();
    page.until("more of it", || length() > 10_000).await;
    page.find(".expand button").await.click();
    page.until("more of it", || length() > 100_000).await;
    assert!(length() < 250_000, "{}", length());
}

#[wasm_bindgen_test]
async fn five_thousand_attributes_are_shown_in_pages() {
    let mut all = span((1, None), "api", "job", 0..50);
    let attribute = |number: i64| Attribute::new(format!("key.{number}"), number);
    all.attributes = (0..5_000).map(attribute).collect();
    let page = Mounted::trace(vec![all], SIZE).await;
    let count = || page.count(".attributes .attribute");
    let before = count();
    assert!(before < 100, "{before}");
    page.find(".more").await.click();
    page.until("more attributes", || count() == before + 50)
        .await;
}

#[wasm_bindgen_test]
async fn json_is_indented_and_types_are_visible() {
    let text = r#"{"user":{"id":9007199254740993,"roles":["admin","author"]},"note":"a text that is long enough"}"#;
    let page = Mounted::trace(with_attribute(Value::from(text)), SIZE).await;
    let shown = page.texts(".attribute .value")[0].clone();
    assert!(
        shown.starts_with("{\n  \"user\": {\"id\": 9007199254740993"),
        "{shown}"
    );
    drop(page);
    let mixed = Value::Array(vec!["1".into(), 1.into(), "".into()]);
    let page = Mounted::trace(with_attribute(mixed), SIZE).await;
    assert_eq!(page.texts(".attribute .value")[0], r#"["1", 1, ""]"#);
    drop(page);
    let page = Mounted::trace(with_attribute("1".into()), SIZE).await;
    assert_eq!(page.texts(".attribute .value")[0], "\"1\"");
}

#[wasm_bindgen_test]
async fn a_span_that_ends_before_it_starts_has_a_warning() {
    let mut backwards = span((1, None), "api", "job", 0..50);
    backwards.end_unix_nano = backwards.start_unix_nano - 5 * MS;
    let page = Mounted::trace(
        vec![backwards, span((2, Some(1)), "api", "other", 0..50)],
        SIZE,
    )
    .await;
    assert_eq!(page.texts(".bar-label")[0], "ends 5 ms before it starts");
    let facts = page.texts(".fields .warn");
    assert_eq!(facts, ["ends 5 ms before it starts"]);
}

#[wasm_bindgen_test]
async fn time_of_an_interaction_in_the_page_is_explained() {
    let mut click = span((1, None), "page", "crud.like", 0..200);
    let milliseconds = |key: &str, value: f64| Attribute::new(key, Value::Double(value));
    click.attributes = [
        milliseconds("browser.interaction.input_delay", 12.5),
        milliseconds("browser.interaction.processing_duration", 80.0),
        milliseconds("browser.interaction.presentation_delay", 16.0),
        milliseconds("browser.long_animation_frame.duration", 120.0),
        Attribute::new("browser.long_animation_frame.count", 2),
        Attribute::new("browser.long_animation_frame.script.function", "sort"),
        Attribute::new(
            "browser.long_animation_frame.script.url",
            "https://a.example/js/app.js",
        ),
    ]
    .into_iter()
    .collect();
    let page = Mounted::trace_at(
        "/traces?span=0000000000000001",
        vec![click, span((2, Some(1)), "page", "fetch", 0..50)],
        SIZE,
    )
    .await;
    page.find(".fields").await;
    let fields: Vec<String> = page.texts(".fields .field");
    for expected in [
        "input delay12.5 ms",
        "in listeners80 ms",
        "presentation16 ms",
        "longest frame120 ms",
    ] {
        assert!(fields.iter().any(|field| field == expected), "{fields:?}");
    }
    let script = fields
        .iter()
        .find(|field| field.starts_with("script in it"));
    assert!(
        script.is_some_and(|it| it.contains("sort") && it.contains("app.js")),
        "{fields:?}"
    );
}
