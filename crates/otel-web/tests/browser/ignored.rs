//! Clicks, submits and keys on elements with `data-otel-ignore`.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, KeyboardEvent, KeyboardEventInit};

use crate::support::{clickable, install, names, spans, trace_of, until};

/// HTML, and the code that finds the element to click. None of them starts an action.
const IGNORED: [(&str, &str); 7] = [
    ("<button data-otel-ignore>Ignored</button>", "return host"),
    (
        "<a href='javascript:void 0' data-otel-ignore=''><b>Ignored</b></a>",
        "return host.firstChild",
    ),
    // `data-otel-action` does not undo it, neither on the element nor inside.
    (
        "<nav data-otel-ignore><p><button data-otel-action='ignored.act'>x</button></p></nav>",
        "return host.querySelector('button')",
    ),
    // Only a part of the button is ignored, and that part is clicked.
    (
        "<button>Ignored <i data-otel-ignore>x</i></button>",
        "return host.querySelector('i')",
    ),
    (
        "<div data-otel-ignore><p></p></div>",
        "const root = host.firstChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<button>Ignored</button>';
        return root.firstChild",
    ),
    (
        "<p><button>Ignored</button></p>",
        "const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<div data-otel-ignore><slot></slot></div>';
        return host.firstChild",
    ),
    // The submit caused by the click starts no action either.
    (
        "<form aria-label=Ignored><button data-otel-ignore>x</button></form>",
        "host.addEventListener('submit', event => event.preventDefault());
        return host.firstChild",
    ),
];

fn find(html: &str, code: &str) -> HtmlElement {
    let host = clickable(html, |_| ());
    let find = js_sys::Function::new_with_args("host", code);
    let found = find
        .call1(&wasm_bindgen::JsValue::UNDEFINED, &host)
        .unwrap();
    found.unchecked_into()
}

fn press_enter(element: &Element) {
    let init = KeyboardEventInit::new();
    init.set_key("Enter");
    init.set_bubbles(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    element.dispatch_event(&event).unwrap();
}

#[wasm_bindgen_test]
async fn ignored_element_starts_no_action() {
    install();
    for (html, code) in IGNORED {
        find(html, code).click();
    }
    press_enter(&find(
        "<div data-otel-ignore role=button tabindex=0>Ignored</div>",
        "return host",
    ));
    // A later click has arrived, so theirs would have arrived, too.
    clickable("<button>After the ignored</button>", |_| ()).click();
    trace_of("click After the ignored").await;
    let spans = spans();
    let all = names(&spans);
    let ignored = all.iter().filter(|name| {
        name.contains("Ignored") || name.contains("ignored.act") || name.ends_with(" form")
    });
    assert_eq!(ignored.count(), 0, "{all:?}");
}

#[wasm_bindgen_test]
async fn explicit_action_in_an_ignored_element_is_recorded() {
    install();
    let button = clickable("<button data-otel-ignore>Ignored</button>", |_| {
        otel_web::action("ignored.named").start().run(async {});
    });
    button.click();
    assert_eq!(names(&trace_of("ignored.named").await), ["ignored.named"]);
}

#[wasm_bindgen_test]
async fn sibling_of_an_ignored_element_starts_an_action() {
    install();
    let code = "return host.lastChild";
    let html = "<div><i data-otel-ignore>x</i><button>Beside</button></div>";
    find(html, code).click();
    trace_of("click Beside").await;
    // A form whose fields shadow its properties has not opted out. It is masked, though.
    let clicks = || {
        let spans = spans();
        let named = spans.iter().filter(|span| span.name == "click button");
        named.count()
    };
    let before = clicks();
    let html = "<form><input name=matches><button type=button>Odd</button></form>";
    find(html, code).click();
    until(|| clicks() > before, "a click in an odd form").await;
}
