//! No control of a page lies under something that stays in place, such as a bar or a badge.

use serde_json::Value;

use crate::accessibility::{SIGNED_IN, SIGNED_OUT};
use crate::steps::{SUBNET, open_home, sign_in, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::{button, textbox};
use crate::support::stack::Stack;

/// CSS pixels: desktop windows with three, two and one columns, a tablet, phones, the same in landscape, and a desktop
/// window at 200 % and 400 % zoom.
const SCREENS: [(u32, u32); 10] = [
    (1920, 1080),
    (1280, 860),
    (1100, 700),
    (900, 700),
    (768, 1024),
    (640, 430),
    (390, 844),
    (844, 390),
    (320, 568),
    (320, 256),
];

/// Scrolls to each control, first downwards and then upwards, as the browser does for a focused one. Returns the controls
/// that a click on their center does not hit.
const COVERED: &str = "
    const isShown = it => it.checkVisibility({visibilityProperty: true}) && it.getClientRects().length > 0
        && !it.closest('.visually-hidden, [inert]') && getComputedStyle(it).pointerEvents !== 'none';
    const controls = [...document.querySelectorAll('a[href], button, input, textarea, select, summary')].filter(isShown);
    const name = it => (it.ariaLabel || it.textContent || it.placeholder || it.outerHTML).trim().slice(0, 40);
    const covered = new Set();
    for (const control of [...controls, ...controls.toReversed()]) {
        control.scrollIntoView({block: 'nearest', behavior: 'instant'});
        const {left, right, top, bottom} = control.getClientRects()[0];
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        if (!hit || !(control.contains(hit) || hit.contains(control) && hit.matches('label')))
            covered.add(`${control.localName} “${name(control)}” under ${hit?.outerHTML.slice(0, 60)}`);
    }
    return [...covered];
";

/// Collects the covered controls of several pages, so that a failing journey lists all of them.
struct Coverage<'a> {
    browser: &'a Browser,
    covered: Vec<String>,
}

impl Coverage<'_> {
    async fn check_pages(&mut self, pages: &[(&str, &str)]) {
        for (path, text) in pages {
            self.browser.open(path).await;
            self.browser.expect_text(text).await;
            self.check(path).await;
        }
    }

    /// Checks what the browser shows, on every screen.
    async fn check(&mut self, state: &str) {
        for (width, height) in SCREENS {
            self.browser.set_viewport(width, height).await;
            let found = self.browser.script(COVERED, &[]).await;
            let found = found.as_array().into_iter().flatten();
            let found = found.filter_map(Value::as_str);
            let describe = |control| format!("{state}, {width}×{height}: {control}");
            self.covered.extend(found.map(describe));
        }
        self.browser.set_viewport(1280, 860).await;
    }

    fn expect_none(self) {
        assert!(self.covered.is_empty(), "{}", self.covered.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_control_is_covered_while_signed_out() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    let covered = Vec::new();
    let mut coverage = Coverage {
        browser: &browser,
        covered,
    };
    coverage.check_pages(&SIGNED_OUT).await;
    open_home(&browser).await;
    let uuid = uuid_of(&browser, SUBNET).await;
    let path = format!("/@londo/status/{uuid}");
    coverage.check_pages(&[(&path, SUBNET)]).await;
    coverage.expect_none();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_control_is_covered_while_signed_in() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "andrewbrown").await;
    let covered = Vec::new();
    let mut coverage = Coverage {
        browser: &browser,
        covered,
    };
    coverage.check_pages(&SIGNED_IN).await;
    coverage.expect_none();
}

#[tokio::test(flavor = "multi_thread")]
async fn message_is_sent_with_the_button_on_every_screen() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "andrewbrown").await;
    browser.open("/messages/@londo").await;
    for (width, height) in SCREENS {
        browser.set_viewport(width, height).await;
        let text = format!("From a screen of {width} by {height}");
        let field = textbox("send a direct message…");
        browser.fill(&field, &text).await;
        browser.click(&button("Send")).await;
        browser.expect_text(&text).await;
    }
}
