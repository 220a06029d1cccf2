//! Clicks, submits and keys on elements with `data-otel-ignore`.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{clickable, element_in, install, names, press, spans, trace_of, until};

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

#[wasm_bindgen_test]
async fn ignored_element_starts_no_action() {
    install();
    for (html, code) in IGNORED {
        element_in(html, code, |_| ()).click();
    }
    let html = "<div data-otel-ignore role=button tabindex=0>Ignored</div>";
    press(&clickable(html, |_| ()), "Enter");
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
    element_in(html, code, |_| ()).click();
    trace_of("click Beside").await;
    // A form whose fields shadow its properties has not opted out. It is masked, though.
    let clicks = || {
        let spans = spans();
        let named = spans.iter().filter(|span| span.name == "click button");
        named.count()
    };
    let before = clicks();
    let html = "<form><input name=matches><button type=button>Odd</button></form>";
    element_in(html, code, |_| ()).click();
    until(|| clicks() > before, "a click in an odd form").await;
}
