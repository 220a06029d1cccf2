//! Navigations, and the clicks that cause them.

use js_sys::{Function, Reflect};
use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    assert_one_tree, clickable, element_in, install, named, names, nothing_in_progress, spans,
    text, trace_of, until,
};

fn run(code: &str) {
    Function::new_no_args(code)
        .call0(&JsValue::UNDEFINED)
        .unwrap();
}

fn is_true(code: &str) -> bool {
    let code = ["return ", code].concat();
    Function::new_no_args(&code)
        .call0(&JsValue::UNDEFINED)
        .unwrap()
        .is_truthy()
}

/// Clicks an element whose listener is the body of a JavaScript function, and returns the trace.
async fn click(html: &str, listener: &str) -> Vec<Span> {
    let code = [
        "host.addEventListener('click', (event) => {",
        listener,
        "}); return host",
    ]
    .concat();
    let element = element_in(html, &code, |_| ());
    let name = ["click ", &element.text_content().unwrap()].concat();
    element.click();
    trace_of(&name).await
}

/// A page of its own for one test.
struct Page {
    /// The path of the page of all tests.
    path: String,
    start_ms: f64,
}

impl Page {
    async fn new() -> Self {
        install();
        nothing_in_progress().await;
        let path = web_sys::window().unwrap().location().pathname().unwrap();
        let start_ms = js_sys::Date::now();
        Self { path, start_ms }
    }

    /// Returns the number of navigations that have started and arrived since.
    fn navigations(&self) -> usize {
        let start_ns = (self.start_ms * 1e6) as u64;
        let spans = spans();
        let own = spans
            .iter()
            .filter(|span| span.start_time_unix_nano >= start_ns);
        own.filter(|span| span.name.starts_with("navigate")).count()
    }
}

/// Returns to the page of the tests.
async fn leave(page: Page) {
    run(&["history.replaceState(null, '', '", &page.path, "')"].concat());
    nothing_in_progress().await;
}

#[wasm_bindgen_test]
async fn link_to_a_part_of_the_page_is_no_navigation() {
    let page = Page::new().await;
    let trace = click("<a href='#part'>To the part</a>", "").await;
    assert_eq!(names(&trace), ["click To the part"]);
    until(|| is_true("location.hash === '#part'"), "the fragment").await;
    run("history.back()");
    until(
        || is_true("location.hash === ''"),
        "the page without a fragment",
    )
    .await;
    clickable("<button>After the part</button>", |_| ()).click();
    trace_of("click After the part").await;
    assert_eq!(page.navigations(), 0);
    leave(page).await;
}

#[wasm_bindgen_test]
async fn route_in_the_fragment_is_a_child_of_its_click() {
    let page = Page::new().await;
    let trace = click("<a href='#/users/7?tab=1'>To a route</a>", "").await;
    assert_one_tree(&trace, "click To a route");
    let navigation = named(&trace, "navigate");
    assert_eq!(
        text(navigation, "browser.navigation.type").as_deref(),
        Some("push")
    );
    assert_eq!(
        text(navigation, "url.fragment").as_deref(),
        Some("/users/7")
    );
    let assigned = "location.hash = '#!/users/8'";
    let trace = click("<button>Assign a route</button>", assigned).await;
    assert_one_tree(&trace, "click Assign a route");
    assert_eq!(
        text(named(&trace, "navigate"), "url.fragment").as_deref(),
        Some("/users/8")
    );
    leave(page).await;
}

#[wasm_bindgen_test]
async fn state_in_the_query_is_no_navigation() {
    let page = Page::new().await;
    run("for (let i = 0; i < 60; i += 1) history.replaceState(null, '', '?zoom=' + i)");
    let trace = click(
        "<button>Filter</button>",
        "history.replaceState(null, '', '?filter=tea')",
    )
    .await;
    assert_one_tree(&trace, "click Filter");
    let kind = text(named(&trace, "navigate"), "browser.navigation.type");
    assert_eq!(kind.as_deref(), Some("replace"));
    assert_eq!(page.navigations(), 1);
    leave(page).await;
}

#[wasm_bindgen_test]
async fn going_back_is_a_child_of_its_click() {
    let page = Page::new().await;
    run("history.pushState(null, '', '/further')");
    nothing_in_progress().await;
    let trace = click("<button>Go back</button>", "history.back()").await;
    assert_one_tree(&trace, "click Go back");
    let navigation = named(&trace, "navigate");
    assert_eq!(
        text(navigation, "browser.navigation.type").as_deref(),
        Some("traverse")
    );
    assert_eq!(text(navigation, "url.path"), Some(page.path));
}

#[wasm_bindgen_test]
async fn going_back_with_the_navigation_api_is_a_child_of_its_click() {
    let page = Page::new().await;
    if is_true("globalThis.navigation") {
        for (name, code) in [
            ("Back", "navigation.back()"),
            ("Forward", "navigation.forward()"),
            ("Traverse", "navigation.traverseTo(globalThis.entryBefore)"),
        ] {
            if name == "Back" {
                run(
                    "globalThis.entryBefore = navigation.currentEntry.key; history.pushState(null, '', '/beyond')",
                );
                nothing_in_progress().await;
            }
            let html = ["<button>", name, " by navigation</button>"].concat();
            let trace = click(&html, code).await;
            assert_one_tree(&trace, &["click ", name, " by navigation"].concat());
            let kind = text(named(&trace, "navigate"), "browser.navigation.type");
            assert_eq!(kind.as_deref(), Some("traverse"), "{name}");
        }
    }
    leave(page).await;
}

#[wasm_bindgen_test]
async fn navigation_api_is_recorded_below_its_click() {
    let page = Page::new().await;
    let is_supported = Reflect::has(&js_sys::global(), &"navigation".into()).unwrap();
    if is_supported {
        run(
            "navigation.addEventListener('navigate', (event) => event.intercept(), { once: true })",
        );
        let trace = click("<a href='/intercepted'>Intercept</a>", "").await;
        assert_one_tree(&trace, "click Intercept");
        let navigation = named(&trace, "navigate");
        assert_eq!(
            text(navigation, "url.path").as_deref(),
            Some("/intercepted")
        );
        assert_eq!(
            text(navigation, "browser.navigation.type").as_deref(),
            Some("push")
        );
        run(
            "navigation.addEventListener('navigate', (event) => event.intercept(), { once: true })",
        );
        let code = "navigation.navigate('/called', { history: 'replace' })";
        let trace = click("<button>Call</button>", code).await;
        let kind = text(named(&trace, "navigate"), "browser.navigation.type");
        assert_eq!(kind.as_deref(), Some("replace"));
    }
    leave(page).await;
}

#[wasm_bindgen_test]
async fn page_that_is_rendered_before_its_address_changes_names_the_navigation() {
    let page = Page::new().await;
    otel_web::set_route_template_of("/early/7", "/early/:id");
    run("history.pushState(null, '', '/early/7')");
    trace_of("navigate /early/:id").await;
    // Once only, and only for this path.
    otel_web::set_route_template_of("/late/8", "/late/:id");
    run("history.pushState(null, '', '/other/8')");
    let is_other = |span: &Span| text(span, "url.path").as_deref() == Some("/other/8");
    until(|| spans().iter().any(is_other), "the other navigation").await;
    let other = spans().into_iter().find(is_other).unwrap();
    assert_eq!(other.name, "navigate");
    leave(page).await;
}

#[wasm_bindgen_test]
async fn navigation_in_progress_is_named_by_its_path() {
    let page = Page::new().await;
    run("history.pushState(null, '', '/replaced/1'); history.pushState(null, '', '/replacing/2')");
    otel_web::set_route_template_of("/replaced/1", "/replaced/:id");
    otel_web::set_route_template_of("/replacing/2", "/replacing/:id");
    for name in ["navigate /replaced/:id", "navigate /replacing/:id"] {
        trace_of(name).await;
    }
    leave(page).await;
}
