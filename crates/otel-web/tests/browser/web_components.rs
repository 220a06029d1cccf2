//! Actions on elements of shadow trees.

use js_sys::Function;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement};

use crate::support;
use crate::support::{
    assert_one_tree, clickable, element_in, install, named, names, text, trace_of,
};

/// HTML, the code that finds the element to click, and the name of its action.
const NAMED: [(&str, &str, &str); 6] = [
    // An icon in a shadow tree inside a button.
    (
        "<button>Open icon <span></span></button>",
        "const root = host.lastChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<svg><path></path></svg>';
        return withClick(root.querySelector('path'))",
        "click Open icon",
    ),
    // A button in the shadow tree, whose text is slotted.
    (
        "<p>Slotted text</p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<button><slot></slot></button>';
        return withClick(root.querySelector('slot'))",
        "click Slotted text",
    ),
    // The same with a slot in a slot, and elements as content.
    (
        "<p><b>Slotted</b> <i>twice</i></p>",
        "const outer = host.attachShadow({ mode: 'open' });
        outer.innerHTML = '<p><slot></slot></p>';
        const inner = outer.firstChild.attachShadow({ mode: 'open' });
        inner.innerHTML = '<a href=\"javascript:void 0\">Go: <slot></slot></a>';
        return host.firstChild",
        "click Go: Slotted twice",
    ),
    // The text is in a shadow tree inside the button. The host's own child is not rendered.
    (
        "<button><span><i>not rendered</i></span></button>",
        "const root = host.firstChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<style>b { color: red }</style><b>Text in shadow</b>';
        return host",
        "click Text in shadow",
    ),
    // An empty slot displays its default content.
    (
        "<p></p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<button><slot>Default content</slot></button>';
        return root.firstChild",
        "click Default content",
    ),
    // A scoped `aria-labelledby`.
    (
        "<p><span slot=label>Slotted label</span></p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<i id=it><slot name=label></slot></i><button aria-labelledby=it>x</button>';
        return root.lastChild",
        "click Slotted label",
    ),
];

#[wasm_bindgen_test]
async fn control_in_a_closed_shadow_tree_starts_an_action_and_its_text_none() {
    install();
    let code = "host.innerHTML = '<tea-button>Brew tea</tea-button>';
        const root = host.firstChild.attachShadow({ mode: 'closed' });
        root.innerHTML = '<button><slot></slot></button><p tabindex=-1>Only a text</p>';
        const [button, text] = root.children;
        host.pressButton = () => (button.focus(), button.click());
        host.clickText = () => (button.blur(), text.click());
        return host";
    let host = element_in("<div></div>", code, |_| ());
    let press = |method: &str| {
        js_sys::Reflect::get(&host, &method.into())
            .unwrap()
            .unchecked_into::<Function>()
            .call0(&host)
            .unwrap();
    };
    press("clickText");
    press("pressButton");
    let trace = trace_of("click Brew tea").await;
    assert_one_tree(&trace, "click Brew tea");
    let count = support::spans()
        .iter()
        .filter(|span| span.name == "click Brew tea")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn name_is_the_rendered_text() {
    install();
    for (html, code, expected) in NAMED {
        // Not every element has a method `click`.
        let code = [
            "const withClick = (element) => ({ click: () =>
                element.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true })) });",
            code,
        ]
        .concat();
        element_in(html, &code, |_| ()).click();
        assert_one_tree(&trace_of(expected).await, expected);
    }
}

#[wasm_bindgen_test]
async fn handler_in_a_shadow_tree_names_the_action_of_the_click() {
    install();
    for (name, listen_to) in [
        ("shadow.element", "root.querySelector('b')"),
        // As a framework that delegates events, also for a portal into the shadow tree.
        ("shadow.root", "root"),
    ] {
        let html = ["<p title='", name, "'></p>"].concat();
        let host = clickable(&html, |_| ());
        let handle = Closure::<dyn FnMut(Event)>::new(move |_| {
            action(name).start().run(async {
                otel_web::fetch::Request::get("/api/shadow")
                    .send()
                    .await
                    .unwrap();
            });
        });
        let code = [
            "const root = host.attachShadow({ mode: 'open' });
            root.innerHTML = '<button>In shadow <b>tree</b></button>';",
            listen_to,
            ".addEventListener('click', handle);
            return root.firstChild.lastChild",
        ]
        .concat();
        let build = Function::new_with_args("host, handle", &code);
        let handle = handle.into_js_value();
        let element = build.call2(&JsValue::NULL, &host, &handle).unwrap();
        element.unchecked_into::<HtmlElement>().click();
        let trace = trace_of(name).await;
        assert_one_tree(&trace, name);
        assert_eq!(trace.len(), 2, "{:?}", names(&trace));
        let widget = text(named(&trace, name), "app.widget.name");
        assert_eq!(widget.as_deref(), Some("In shadow tree"));
    }
}
