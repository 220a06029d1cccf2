//! What one span says of itself, however much it is.

use trace_model::{Attribute, Attributes, Event, Span, Value};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{MS, Page, START, span};

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

#[wasm_bindgen_test]
async fn of_five_thousand_events_one_page_is_in_the_document() {
    let mut busy = span((1, None), "api", "busy", 0..5_000);
    busy.events = (0..5_000).map(|ms| event("tick", ms)).collect();
    busy.events[4_321].name = "exception".to_owned();
    let page = Page::show(vec![busy], SIZE).await;
    assert_eq!(page.count(".event"), 30);
    assert!(page.count(".event-mark") <= 101);
    assert_eq!(page.texts(".events .count")[0], "5,000");
    assert_eq!(page.texts(".pager .muted"), ["1–30 of 5,000"]);
    let button = |text: &str| {
        let mut buttons = page.all(".pager button").into_iter();
        buttons
            .find(|button| button.text_content().as_deref() == Some(text))
            .unwrap()
    };
    button("Later").click();
    page.until("the second page", || {
        page.texts(".pager .muted") == ["31–60 of 5,000"]
    })
    .await;
    button("Next exception").click();
    page.until("the exception", || page.count(".event.exception") == 1)
        .await;
    assert_eq!(page.texts(".pager .muted"), ["4,321–4,350 of 5,000"]);
}

#[wasm_bindgen_test]
async fn forty_spans_of_a_thousand_events_have_few_marks() {
    let spans = (1..=40).map(|number| {
        let mut span = span((number, (number > 1).then_some(1)), "api", "busy", 0..1_000);
        span.events = (0..1_000).map(|ms| event("tick", ms)).collect();
        span
    });
    let page = Page::show(spans.collect(), SIZE).await;
    let rows = page.count(".span-row");
    assert!(
        page.count(".event-mark") <= rows * 60,
        "{} in {rows} rows",
        page.count(".event-mark")
    );
    assert_eq!(page.count(".event"), 30);
}

#[wasm_bindgen_test]
async fn a_long_value_is_folded_and_unfolds_in_steps() {
    let page = Page::show(
        with_attribute(Value::String("word ".repeat(1_080_000))),
        SIZE,
    )
    .await;
    let length = || page.texts(".attribute .value")[0].len();
    assert!(length() < 1_100, "{}", length());
    assert!(page.texts(".unfold .muted")[0].ends_with("of 5.4 MB"));
    page.find(".unfold button").await.click();
    page.until("more of it", || length() > 10_000).await;
    page.find(".unfold button").await.click();
    page.until("more of it", || length() > 100_000).await;
    assert!(length() < 250_000, "{}", length());
}

#[wasm_bindgen_test]
async fn lists_of_any_length_show_a_page() {
    let mut all = span((1, None), "api", "job", 0..50);
    let attribute = |number: i64| Attribute::new(format!("key.{number}"), number);
    all.attributes = (0..5_000).map(attribute).collect();
    let page = Page::show(vec![all], SIZE).await;
    let count = || page.count(".attributes .attribute");
    let before = count();
    assert!(before < 100, "{before}");
    page.find(".more").await.click();
    page.until("more attributes", || count() == before + 50)
        .await;
}

#[wasm_bindgen_test]
async fn json_is_indented_and_types_can_be_told() {
    let text = r#"{"user":{"id":9007199254740993,"roles":["admin","author"]},"note":"a text that is long enough"}"#;
    let page = Page::show(with_attribute(Value::from(text)), SIZE).await;
    let shown = page.texts(".attribute .value")[0].clone();
    assert!(
        shown.starts_with("{\n  \"user\": {\"id\": 9007199254740993"),
        "{shown}"
    );
    drop(page);
    let mixed = Value::Array(vec!["1".into(), 1.into(), "".into()]);
    let page = Page::show(with_attribute(mixed), SIZE).await;
    assert_eq!(page.texts(".attribute .value")[0], r#"["1", 1, ""]"#);
    drop(page);
    let page = Page::show(with_attribute("1".into()), SIZE).await;
    assert_eq!(page.texts(".attribute .value")[0], "\"1\"");
}

#[wasm_bindgen_test]
async fn a_span_that_ends_before_it_starts_says_so() {
    let mut backwards = span((1, None), "api", "job", 0..50);
    backwards.end_unix_nano = backwards.start_unix_nano - 5 * MS;
    let page = Page::show(
        vec![backwards, span((2, Some(1)), "api", "other", 0..50)],
        SIZE,
    )
    .await;
    assert_eq!(page.texts(".bar-label")[0], "ends 5 ms before it starts");
    let facts = page.texts(".facts .warn");
    assert_eq!(facts, ["ends 5 ms before it starts"]);
}
