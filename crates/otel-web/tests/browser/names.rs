//! The names of actions, and masking.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

use crate::support::{clickable, element_in, install, named, press, spans, text, trace_of, until};

/// Clicks the element of this HTML, and checks the name of its action.
async fn assert_name(html: &str, expected: &str) {
    let named = || {
        let spans = spans().into_iter();
        spans
            .filter(|span| span.name == expected)
            .collect::<Vec<_>>()
    };
    // An earlier element may have the same name.
    let before = named().len();
    clickable(html, |event| event.prevent_default()).click();
    until(|| named().len() > before, expected).await;
    assert!(!format!("{:?}", named()).contains("secret"));
}

#[wasm_bindgen_test]
async fn action_name_is_the_accessible_name() {
    install();
    assert_name(
        "<button data-otel-action='cart.buy' aria-label='x'>y</button>",
        "cart.buy",
    )
    .await;
    assert_name(
        "<button aria-labelledby='here there' aria-label='x'>y<i id=here>Here</i> <i id=there>and there</i></button>",
        "click Here and there",
    )
    .await;
    assert_name("<button aria-label='Labeled'>x</button>", "click Labeled").await;
    assert_name("<button>\n  Two\n words </button>", "click Two words").await;
    assert_name("<button title='Titled'></button>", "click Titled").await;
    assert_name("<a href='#'><img alt='Pictured'></a>", "click Pictured").await;
    assert_name("<button>Like 17</button>", "click Like #").await;
    assert_name("<input type=button value='Valued'>", "click Valued").await;
    assert_name("<button></button>", "click button").await;
}

#[wasm_bindgen_test]
async fn user_input_is_never_recorded() {
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
        assert_name(&html, &["click Open", name].concat()).await;
    }
    assert_name(
        "<input type=checkbox value=secret aria-label=Check>",
        "click Check",
    )
    .await;
    assert_name(
        "<div role=tab data-otel-mask title=secret>secret</div>",
        "click div",
    )
    .await;
    assert_name("<div role=link contenteditable>secret</div>", "click div").await;
}

#[wasm_bindgen_test]
async fn checkbox_is_named_by_its_label() {
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
async fn delegated_handler_finds_the_action() {
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
async fn key_press_on_a_custom_button_is_an_action() {
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
        .filter(|span| ["keydown Native", "keydown Custom"].contains(&&*span.name));
    assert_eq!(presses.count(), 1);
}

/// Clicks the element that `code` finds in the page's new element `html`.
fn click_in(html: &str, code: &str) {
    element_in(html, code, |event| event.prevent_default()).click();
}

/// Masks that are not in the element's own tree.
const MASKED: [(&str, &str); 6] = [
    // A shadow tree inside a masked element.
    (
        "<div data-otel-mask><p></p></div>",
        "const root = host.firstChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<button id=secret class=secret title=secret>secret IBAN</button>';
        return root.firstChild",
    ),
    // Two shadow trees. The mask is in the outer one.
    (
        "<p></p>",
        "const outer = host.attachShadow({ mode: 'open' });
        outer.innerHTML = '<div data-otel-mask><p></p></div>';
        const inner = outer.querySelector('p').attachShadow({ mode: 'open' });
        inner.innerHTML = '<button id=secret aria-label=secret>secret</button>';
        return inner.firstChild",
    ),
    // An element in a slot inside a masked element.
    (
        "<p><button id=secret>secret</button></p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<div data-otel-mask><slot></slot></div>';
        return host.firstChild",
    ),
    // The same with a named slot in another slot.
    (
        "<p><button slot=a id=secret>secret</button></p>",
        "const outer = host.attachShadow({ mode: 'open' });
        outer.innerHTML = '<p><slot name=a></slot></p>';
        const inner = outer.firstChild.attachShadow({ mode: 'open' });
        inner.innerHTML = '<section data-otel-mask><slot></slot></section>';
        return host.firstChild",
    ),
    // `data-otel-action` on the masked element itself.
    (
        "<div><button data-otel-mask data-otel-action='pay secret' id=secret>secret</button></div>",
        "return host.firstChild",
    ),
    // A form whose fields shadow the properties that lead to its ancestors.
    (
        "<div data-otel-mask><form><input name=closest><input name=parentNode><input name=matches>
            <input name=getRootNode><button id=secret>secret</button></form></div>",
        "return host.querySelector('button')",
    ),
];

#[wasm_bindgen_test]
async fn name_of_a_masked_element_is_its_tag() {
    install();
    for (html, code) in MASKED {
        let before = spans().len();
        click_in(html, code);
        let root = || {
            let new = spans().split_off(before);
            new.into_iter().find(|span| span.name.starts_with("click"))
        };
        until(|| root().is_some(), "the root of a click").await;
        let root = root().unwrap();
        assert!(!format!("{root:?}").contains("secret"), "{html}: {root:?}");
        assert_eq!(root.name, "click button", "{html}");
    }
}

#[wasm_bindgen_test]
async fn masked_part_of_a_name_is_left_out() {
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

fn query(element: &Element, selector: &str) -> Element {
    element.query_selector(selector).unwrap().unwrap()
}
