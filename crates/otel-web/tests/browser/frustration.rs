//! Rage and error clicks.

use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, MouseEvent, MouseEventInit};

use crate::support;
use crate::support::{clickable, install, named, text, trace_of, until};

const TRUE: &str = "BoolValue(true)";

#[wasm_bindgen_test]
async fn third_click_in_a_row_is_a_rage_click() {
    install();
    let button = clickable("<button>Come on</button>", |_| ());
    (0..3).for_each(|_| click_at(&button, 500));
    click_at(&clickable("<button>Elsewhere</button>", |_| ()), 900);
    let clicks = || -> Vec<Span> {
        let spans = support::spans().into_iter();
        spans.filter(|span| span.name == "click Come on").collect()
    };
    until(|| clicks().len() == 3, "three clicks").await;
    let mut clicks = clicks();
    clicks.sort_by_key(|span| span.start_time_unix_nano);
    let rage = clicks
        .iter()
        .filter(|span| text(span, "app.action.rage_click").is_some());
    assert_eq!(rage.count(), 1);
    assert!(text(&clicks[2], "app.action.rage_click").is_some());
}

#[wasm_bindgen_test]
async fn failed_click_is_an_error_click() {
    install();
    let button = clickable("<button>Fail</button>", |_| {
        otel_web::record_error("no more tea");
    });
    button.click();
    let trace = trace_of("click Fail").await;
    let failed = text(named(&trace, "click Fail"), "app.action.error_click");
    assert_eq!(failed.as_deref(), Some(TRUE));
}

fn click_at(element: &HtmlElement, x: i32) {
    let init = MouseEventInit::new();
    init.set_bubbles(true);
    init.set_detail(1);
    init.set_client_x(x);
    let event = MouseEvent::new_with_mouse_event_init_dict("click", &init).unwrap();
    element.dispatch_event(&event).unwrap();
}
