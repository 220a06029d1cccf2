//! Rage and error clicks.

use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::JsCast;
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
async fn repeated_clicks_on_elements_made_for_that_are_no_rage() {
    install();
    let harmless = [
        "<button>+</button>",
        "<button>\u{2212}</button>",
        "<button>\u{203a}</button>",
        "<button aria-label='\u{25b6}'><svg></svg></button>",
        "<span><button>More tea</button><input type=number></span>",
        "<span><button>Fewer</button><output>3</output></span>",
        "<span role=spinbutton><button>Higher</button></span>",
        "<section aria-roledescription=carousel><button>Onward</button></section>",
        "<div class='swiper'><button class='swiper-button-next'>Following</button></div>",
        "<div class=Carousel_root><button>Picture</button></div>",
        "<button role=switch>Light</button>",
        "<button aria-pressed=false>Bold</button>",
        "<button aria-expanded=false>Menu</button>",
        "<input type=checkbox aria-label='Milk'>",
        "<details><summary>Details of tea</summary></details>",
    ];
    let angry = [
        "<button>Buy</button>",
        "<a href='#'>Help</a>",
        "<button aria-label=Close>\u{d7}</button>",
    ];
    for (index, html) in [&harmless[..], &angry].concat().into_iter().enumerate() {
        let mark = ["clicked-", &index.to_string()].concat();
        let element = clickable(html, |_| ());
        let inner = element.query_selector("button,summary").unwrap();
        let button: HtmlElement = inner.map_or_else(|| element.clone(), JsCast::unchecked_into);
        button.set_id(&mark);
        let x = 2_000 + 100 * index as i32;
        (0..3).for_each(|_| click_at(&button, x));
        let clicks = || -> Vec<Span> {
            let mut all = support::spans();
            all.retain(|span| text(span, "app.widget.id").as_deref() == Some(&*mark));
            all
        };
        until(|| clicks().len() == 3, html).await;
        let is_rage = clicks()
            .iter()
            .any(|span| text(span, "app.action.rage_click").is_some());
        assert_eq!(is_rage, index >= harmless.len(), "{html}");
    }
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
