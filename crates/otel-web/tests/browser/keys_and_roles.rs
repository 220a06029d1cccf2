//! Elements that are actions by their role, and events other than a click.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::support::{
    assert_one_tree, clickable, element_in, install, named, nothing_in_progress, spans, text,
    trace_of,
};

#[wasm_bindgen_test]
async fn element_with_a_role_is_an_action() {
    install();
    for role in [
        "radio",
        "menuitem",
        "menuitemcheckbox",
        "menuitemradio",
        "treeitem",
        "combobox",
    ] {
        let html = format!("<div role={role} aria-label='The {role}'></div>");
        clickable(&html, |_| ()).click();
        trace_of(&format!("click The {role}")).await;
    }
}

#[wasm_bindgen_test]
async fn image_map_and_svg_links_are_actions() {
    install();
    let html = "<map><area href='javascript:void 0' alt='Area of a map'></map>";
    element_in(html, "return host.firstChild", |_| ()).click();
    trace_of("click Area of a map").await;
    let html = "<svg><a xlink:href='javascript:void 0'><text>Link in a picture</text></a></svg>";
    let click = "const event = new MouseEvent('click', { bubbles: true, composed: true });
        return { click: () => host.querySelector('text').dispatchEvent(event) }";
    element_in(html, click, |_| ()).click();
    trace_of("click Link in a picture").await;
}

fn dispatch(target: &HtmlElement, code: &str) {
    let code = ["target.dispatchEvent(", code, ")"].concat();
    let dispatch = Function::new_with_args("target", &code);
    dispatch.call1(&JsValue::NULL, target).unwrap();
}

#[wasm_bindgen_test]
async fn middle_click_is_an_action_and_right_click_is_none() {
    install();
    let link = clickable("<a href='javascript:void 0'>New tab</a>", |_| ());
    for button in ["2", "1"] {
        let event = [
            "new MouseEvent('auxclick', { bubbles: true, button: ",
            button,
            " })",
        ]
        .concat();
        dispatch(&link, &event);
    }
    let trace = trace_of("auxclick New tab").await;
    let trigger = text(named(&trace, "auxclick New tab"), "app.action.trigger");
    assert_eq!(trigger.as_deref(), Some("auxclick"));
    let count = spans()
        .iter()
        .filter(|span| span.name == "auxclick New tab")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn space_that_acts_on_key_up_is_one_action() {
    install();
    nothing_in_progress().await;
    let html = "<div role=switch tabindex=0 aria-checked=false>Key up</div>";
    let switch = clickable(html, |_| {
        otel_web::action("switch.toggle").start().run(async {});
    });
    // As the practices of WAI-ARIA demand: Space acts when the key is released.
    let act = Function::new_with_args(
        "target",
        "target.addEventListener('keyup', (event) => event.key === ' ' && target.click())",
    );
    act.call1(&JsValue::NULL, &switch).unwrap();
    dispatch(
        &switch,
        "new KeyboardEvent('keydown', { key: ' ', bubbles: true })",
    );
    // The key is released in a later task, after the listeners have ended.
    gloo_timers::future::TimeoutFuture::new(30).await;
    dispatch(
        &switch,
        "new KeyboardEvent('keyup', { key: ' ', bubbles: true })",
    );
    let trace = trace_of("switch.toggle").await;
    assert_one_tree(&trace, "switch.toggle");
    let root = named(&trace, "switch.toggle");
    assert_eq!(text(root, "app.action.trigger").as_deref(), Some("keydown"));
    assert_eq!(text(root, "app.widget.name").as_deref(), Some("Key up"));
    let others = spans()
        .iter()
        .filter(|span| span.name.ends_with(" Key up"))
        .count();
    assert_eq!(others, 0);
}

#[wasm_bindgen_test]
async fn space_whose_release_is_not_seen_ends_with_the_next_event() {
    install();
    let first = clickable("<div role=button tabindex=0>Never released</div>", |_| ());
    dispatch(
        &first,
        "new KeyboardEvent('keydown', { key: ' ', bubbles: true })",
    );
    clickable("<button>After the key</button>", |_| ()).click();
    let trace = trace_of("keydown Never released").await;
    let outcome = text(&trace[0], "app.action.outcome");
    assert_eq!(outcome.as_deref(), Some("completed"));
}
