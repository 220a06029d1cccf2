//! What actions are called, and what is never told.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, KeyboardEventInit};

use crate::support::{clickable, install, named, spans, text, trace_of};

/// Clicks the element of this HTML, and expects its action to have this name.
async fn named_as(html: &str, expected: &str) {
    clickable(html, |event| event.prevent_default()).click();
    let trace = trace_of(expected).await;
    assert!(
        trace
            .iter()
            .all(|span| !format!("{span:?}").contains("secret"))
    );
}

#[wasm_bindgen_test]
async fn names_follow_the_rules_of_accessible_names() {
    install();
    named_as(
        "<button data-otel-action='cart.buy' aria-label='x'>y</button>",
        "cart.buy",
    )
    .await;
    named_as(
        "<button aria-labelledby='here there' aria-label='x'>y<i id=here>Here</i> <i id=there>and there</i></button>",
        "click Here and there",
    )
    .await;
    named_as("<button aria-label='Labelled'>x</button>", "click Labelled").await;
    named_as("<button>\n  Two\n words </button>", "click Two words").await;
    named_as("<button title='Titled'></button>", "click Titled").await;
    named_as("<a href='#'><img alt='Pictured'></a>", "click Pictured").await;
    named_as("<button>Like 17</button>", "click Like #").await;
    named_as("<input type=button value='Valued'>", "click Valued").await;
    named_as("<button></button>", "click button").await;
}

#[wasm_bindgen_test]
async fn what_the_user_typed_is_never_told() {
    install();
    let open = "<button>Open";
    for (name, inside) in [
        (" A", "<textarea>secret</textarea>"),
        (" B", "<select><option>secret</select>"),
        (" C", "<span contenteditable>secret</span>"),
        (" D", "<span data-otel-mask>secret</span>"),
        (" E", "<input value=secret>"),
    ] {
        let html = [open, name, inside, "</button>"].concat();
        named_as(&html, &["click Open", name].concat()).await;
    }
    named_as(
        "<input type=checkbox value=secret aria-label=Check>",
        "click Check",
    )
    .await;
    named_as(
        "<div role=tab data-otel-mask title=secret>secret</div>",
        "click div",
    )
    .await;
    named_as("<div role=link contenteditable>secret</div>", "click div").await;
}

#[wasm_bindgen_test]
async fn a_checkbox_is_called_by_its_label() {
    install();
    let label = clickable(
        "<label>Remember me <input type=checkbox value=secret></label>",
        |_| (),
    );
    label.click();
    let trace = trace_of("click Remember me").await;
    let root = named(&trace, "click Remember me");
    assert_eq!(
        text(root, "app.widget.name").as_deref(),
        Some("Remember me")
    );
}

#[wasm_bindgen_test]
async fn a_delegated_handler_far_up_the_tree_finds_the_action() {
    install();
    let list = clickable("<ul><li><button><b>Deep</b></button></li></ul>", |_| {
        otel_web::action("row.open").start().run(async {});
    });
    let inner: HtmlElement = query(&list, "b").unchecked_into();
    inner.click();
    let trace = trace_of("row.open").await;
    assert_eq!(
        text(named(&trace, "row.open"), "app.widget.name").as_deref(),
        Some("Deep")
    );
}

#[wasm_bindgen_test]
async fn a_key_activates_what_the_browser_does_not() {
    install();
    let native = clickable("<button>Native</button>", |_| ());
    press(&native, "Enter");
    let custom = clickable("<div role=button tabindex=0>Custom</div>", |_| ());
    press(&custom, "a");
    press(&custom, "Enter");
    let trace = trace_of("keydown Custom").await;
    let root = named(&trace, "keydown Custom");
    assert_eq!(text(root, "app.action.trigger").as_deref(), Some("keydown"));
    let presses = spans()
        .into_iter()
        .filter(|span| span.name.starts_with("keydown"));
    assert_eq!(presses.count(), 1);
}

/// Runs `code` with `host`, an element of the page that `html` makes, and clicks what it returns.
fn click_in(html: &str, code: &str) {
    let host = clickable(html, |event| event.prevent_default());
    let run = js_sys::Function::new_with_args("host", code);
    let target = run.call1(&wasm_bindgen::JsValue::UNDEFINED, &host).unwrap();
    target.unchecked_into::<HtmlElement>().click();
}

/// Masks that the elements' own trees do not show; each has a button whose kind is its number.
const MASKED: [(&str, &str); 6] = [
    // A shadow tree below a mask.
    (
        "<div data-otel-mask><p></p></div>",
        "const root = host.firstChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<button id=secret class=secret title=secret>secret IBAN</button>';
        return root.firstChild",
    ),
    // Two shadow trees, and the mask in the outer one.
    (
        "<p></p>",
        "const outer = host.attachShadow({ mode: 'open' });
        outer.innerHTML = '<div data-otel-mask><p></p></div>';
        const inner = outer.querySelector('p').attachShadow({ mode: 'open' });
        inner.innerHTML = '<button id=secret aria-label=secret>secret</button>';
        return inner.firstChild",
    ),
    // An element that is shown in a slot inside of a mask.
    (
        "<p><button id=secret>secret</button></p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<div data-otel-mask><slot></slot></div>';
        return host.firstChild",
    ),
    // The same by name, a slot in a slot.
    (
        "<p><button slot=a id=secret>secret</button></p>",
        "const outer = host.attachShadow({ mode: 'open' });
        outer.innerHTML = '<p><slot name=a></slot></p>';
        const inner = outer.firstChild.attachShadow({ mode: 'open' });
        inner.innerHTML = '<section data-otel-mask><slot></slot></section>';
        return host.firstChild",
    ),
    // The name that the page gives, and the mask on the element itself.
    (
        "<div><button data-otel-mask data-otel-action='pay secret' id=secret>secret</button></div>",
        "return host.firstChild",
    ),
    // A form whose fields hide the properties that say where it is.
    (
        "<div data-otel-mask><form><input name=closest><input name=parentNode><input name=matches>
            <input name=getRootNode><button id=secret>secret</button></form></div>",
        "return host.querySelector('button')",
    ),
];

#[wasm_bindgen_test]
async fn inside_a_mask_only_the_kind_of_element_is_told() {
    install();
    for (html, code) in MASKED {
        let before = spans().len();
        click_in(html, code);
        let root = || {
            let new = spans().split_off(before);
            new.into_iter().find(|span| span.name.starts_with("click"))
        };
        crate::support::until(|| root().is_some(), "the root of a click").await;
        let root = root().unwrap();
        assert!(!format!("{root:?}").contains("secret"), "{html}: {root:?}");
        assert_eq!(root.name, "click button", "{html}");
    }
}

#[wasm_bindgen_test]
async fn masked_text_that_a_name_is_gathered_from_is_not_told() {
    install();
    for (expected, html) in [
        ("click Pay A", "<button>Pay A <span>secret</span></button>"),
        (
            "click Pay B",
            "<button>Pay B <span>secret <b>secret</b></span></button>",
        ),
    ] {
        let code = "const root = host.querySelector('span').attachShadow({ mode: 'open' });
            root.innerHTML = '<div data-otel-mask><slot></slot></div>';
            return host";
        click_in(html, code);
        let trace = trace_of(expected).await;
        assert!(!format!("{trace:?}").contains("secret"), "{trace:?}");
    }
}

#[wasm_bindgen_test]
async fn element_across_a_shadow_boundary_is_found() {
    install();
    click_in(
        "<div role=button aria-label=Outside></div>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<b>inside</b>';
        return root.firstChild",
    );
    trace_of("click Outside").await;
}

fn press(element: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    let event: &Event = &event;
    element.dispatch_event(event).unwrap();
}

fn query(element: &Element, selector: &str) -> Element {
    element.query_selector(selector).unwrap().unwrap()
}
