//! Every page satisfies all rules of axe-core, signed in and out, in both themes.

use crate::steps::{SUBNET, TAILOR, open_home, sign_in, toggle_like, uuid_of};
use crate::support::axe::describe_violations;
use crate::support::browser::Browser;
use crate::support::element::{Element, button, dialog};
use crate::support::stack::Stack;

const THEMES: [&str; 2] = ["dark", "light"];

/// Paths, and a text that each shows when it has loaded.
pub(crate) const SIGNED_OUT: [(&str, &str); 12] = [
    ("/", SUBNET),
    ("/@londo", SUBNET),
    ("/@nobody", "User not found"),
    ("/search", "Enter a word"),
    ("/search?term=cloud", "Cloud is very fun!"),
    ("/messages", "Sign in to see your messages"),
    ("/signin", "Welcome back"),
    ("/signup", "Join The Party!"),
    ("/confirm", "Check your mail"),
    ("/forgot", "Choose a new password"),
    ("/more", "You are signed out"),
    ("/no/such/page", "Page not found"),
];

pub(crate) const SIGNED_IN: [(&str, &str); 7] = [
    ("/", SUBNET),
    ("/@andrewbrown", "Edit profile"),
    ("/notifications", "replied to you"),
    ("/more", "This device"),
    ("/messages", "Choose a conversation"),
    ("/messages/@londo", "No messages yet"),
    ("/search?term=zucchini", "No results"),
];

/// Collects the violations of several pages, so that a failing journey lists all of them.
struct Audit<'a> {
    browser: &'a Browser,
    violations: Vec<String>,
}

impl<'a> Audit<'a> {
    fn new(browser: &'a Browser) -> Self {
        let violations = Vec::new();
        Self {
            browser,
            violations,
        }
    }

    /// Checks what the browser shows in both themes. Without motion, no color is half-way between two values.
    async fn check(&mut self, state: &str) {
        for theme in THEMES {
            let features = [
                ("prefers-color-scheme", theme),
                ("prefers-reduced-motion", "reduce"),
            ];
            self.browser.set_media_features(&features).await;
            let state = format!("{state}, {theme}");
            let found = describe_violations(self.browser, &state).await;
            self.violations.extend(found);
        }
    }

    async fn check_pages(&mut self, pages: &[(&str, &str)]) {
        for (path, text) in pages {
            self.browser.open(path).await;
            self.browser.expect_text(text).await;
            self.check(path).await;
        }
    }

    /// Checks the page of a crud, and opens the home feed.
    async fn check_status(&mut self) {
        open_home(self.browser).await;
        let uuid = uuid_of(self.browser, SUBNET).await;
        let path = format!("/@londo/status/{uuid}");
        self.check_pages(&[(&path, SUBNET)]).await;
        open_home(self.browser).await;
    }

    /// Opens a dialog with a button of the page, checks it and closes it.
    async fn check_dialog(&mut self, opener: &Element) {
        self.browser.click(opener).await;
        self.browser.find(&dialog()).await;
        self.check(&format!("the dialog of {opener:?}")).await;
        let close = button("Close").within(&dialog());
        self.browser.click(&close).await;
    }

    fn expect_no_violation(self) {
        let text = self.violations.join("\n");
        assert!(text.is_empty(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_no_violations_while_signed_out() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    let mut audit = Audit::new(&browser);
    audit.check_pages(&SIGNED_OUT).await;
    audit.check_status().await;
    audit.check_dialog(&button("Like").of_crud(SUBNET)).await;
    audit.expect_no_violation();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_no_violations_while_signed_in() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "andrewbrown").await;
    let mut audit = Audit::new(&browser);
    audit.check_pages(&SIGNED_IN).await;
    audit.check_status().await;
    toggle_like(&stack, &browser, TAILOR).await;
    audit.check("a toast and a liked crud").await;
    audit.check_dialog(&button("Crud")).await;
    audit.check_dialog(&button("Reply").of_crud(SUBNET)).await;
    browser.open("/@andrewbrown").await;
    audit.check_dialog(&button("Delete")).await;
    audit.expect_no_violation();
}

#[tokio::test(flavor = "multi_thread")]
async fn viewer_has_no_violations() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    let mut audit = Audit::new(&browser);
    open_home(&browser).await;
    browser.leave().await;
    browser.open(&format!("{}/traces", stack.gateway_url)).await;
    browser.expect_text("documentLoad").await;
    audit.check("the viewer's list").await;
    let trace = Element("//a[contains(@class, 'trace-row')]".to_owned());
    browser.click(&trace).await;
    browser.expect_text("GET /api/activities/home").await;
    audit.check("the viewer's trace").await;
    browser.open(&format!("{}/sinks", stack.gateway_url)).await;
    browser.expect_text("Honeycomb").await;
    audit.check("the viewer's sinks").await;
    browser.open(&format!("{}/", stack.gateway_url)).await;
    browser.expect_text("Actions").await;
    audit.check("the viewer's actions").await;
    browser.open(&format!("{}/data", stack.gateway_url)).await;
    browser.expect_text("Import").await;
    audit.check("the viewer's data").await;
    audit.expect_no_violation();
}
