//! The comparison of two traces.

use trace_model::{Attribute, Span, SpanStatus, Trace};
use wasm_bindgen_test::wasm_bindgen_test;

use yew::Callback;

use super::support::{Mounted, address, span, trace_id};
use crate::{
    components::comparison::{ComparisonView, ComparisonViewProps},
    shared::Shared,
};

const SIZE: (u32, u32) = (1_000, 700);

fn fast() -> Vec<Span> {
    vec![
        span((1, None), "page", "feed.open", 0..100),
        span((2, Some(1)), "api", "GET /feed", 10..80),
        span((3, Some(2)), "api", "SELECT likes", 20..30),
        span((4, Some(2)), "api", "cache", 30..35),
    ]
}

fn slow() -> Vec<Span> {
    let mut spans = vec![
        span((1, None), "page", "feed.open", 0..400),
        span((2, Some(1)), "api", "GET /feed", 10..380),
    ];
    spans.extend((0..3).map(|number: usize| {
        let start = 20 + number as u64 * 100;
        span(
            (10 + number, Some(2)),
            "api",
            "SELECT likes",
            start..start + 100,
        )
    }));
    spans.push(span((5, Some(2)), "api", "retry", 330..340));
    spans[1].attributes = [Attribute::new("http.response.status_code", 500)]
        .into_iter()
        .collect();
    spans[1].status = SpanStatus::Error("busy".to_owned());
    spans
}

fn compare(a: Vec<Span>, b: Vec<Span>) -> Mounted {
    let [a, b] = [a, b].map(|spans| Trace::from_spans(trace_id(), spans));
    let props = ComparisonViewProps {
        a: Shared::new(a),
        b: Shared::new(b),
        on_select: Callback::noop(),
    };
    Mounted::component::<ComparisonView>(props, SIZE)
}

#[wasm_bindgen_test]
async fn the_sentence_names_the_spans_with_the_largest_difference() {
    let page = compare(fast(), slow());
    page.until_texts(
        ".compare-verdict",
        &[
            "The other trace took 300 ms longer: 400 ms instead of 100 ms. \
           Most of it in SELECT likes: +290 ms. 1 path only here, 1 only there.",
        ],
    )
    .await;
    drop(page);
    let page = compare(slow(), fast());
    page.until_texts(
        ".compare-verdict",
        &[
            "The other trace took 300 ms less: 100 ms instead of 400 ms. \
           Most of it in SELECT likes: −290 ms. 1 path only here, 1 only there.",
        ],
    )
    .await;
}

#[wasm_bindgen_test]
async fn paths_have_counts_times_and_marks() {
    let page = compare(fast(), slow());
    page.find(".figures tbody tr").await;
    assert_eq!(
        page.texts(".figures tbody tr"),
        [
            "feed.openpage1100 ms400 ms+300 ms",
            "GET /feedapi170 ms370 ms+300 ms",
            "SELECT likesapi1 → 310 ms300 ms+290 ms",
            "cacheonly hereapi1 → 05 ms–−5 ms",
            "retryonly thereapi0 → 1–10 ms+10 ms",
        ]
    );
    page.button("Largest differences first").click();
    page.until("the largest first", || {
        page.texts(".figures tbody th")[0] == "SELECT likes"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_row_shows_what_changed() {
    let page = compare(fast(), slow());
    page.find(".figures tbody tr").await;
    page.button("GET /feed").click();
    page.until_texts(
        ".changes dl > div",
        &[
            "statusunset → error: busy",
            "http.response.status_codeabsent → 500",
        ],
    )
    .await;
    page.button("SELECT likes").click();
    page.until_texts(".changes p", &["Status and attributes are the same."])
        .await;
    page.button("retryonly there").click();
    page.until_texts(".changes p", &["Only one of the traces has these spans."])
        .await;
}

#[wasm_bindgen_test]
async fn an_id_without_a_trace_is_explained() {
    let page = Mounted::trace_at("/traces?view=compare", fast(), SIZE).await;
    let input = page.find(".choices input").await;
    let input: web_sys::HtmlInputElement = wasm_bindgen::JsCast::unchecked_into(input);
    input.set_value("00f0");
    page.button("Compare").click();
    page.until("an explanation", || {
        page.texts(".choices .warn")[0].contains("32 hex digits")
    })
    .await;
    assert_eq!(address(), "/traces?view=compare");
}
