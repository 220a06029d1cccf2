//! Forced colors, more contrast, and printing.

use serde_json::Value;

use crate::steps::{SUBNET, session_cookie, signed_in_at_home, toggle_like};
use crate::support::axe::describe_violations;
use crate::support::browser::Browser;
use crate::support::stack::Stack;
use axum::http::header::{CONTENT_TYPE, COOKIE};

const MESSAGE: &str = "I am not a merry man.";

/// Paths, and a text that each shows when it has loaded.
const PAGES: [(&str, &str); 7] = [
    ("/", SUBNET),
    ("/@worf", "Edit profile"),
    ("/notifications", "replied to you"),
    ("/messages", MESSAGE),
    ("/messages/@londo", MESSAGE),
    ("/search?term=cloud", "Cloud is very fun!"),
    ("/more", "This device"),
];

/// Returns the visible controls without a border or an outline, and the states that only a background or a shadow shows.
const WITHOUT_BORDER: &str = "
    const isVisible = element => element.checkVisibility() && element.getClientRects().length > 0;
    const hasBorder = element => {
        const style = getComputedStyle(element);
        return ['Top', 'Left', 'Right', 'Bottom'].some(side => style[`border${side}Style`] !== 'none'
            && parseFloat(style[`border${side}Width`]) > 0) || style.outlineStyle !== 'none';
    };
    const isMarked = element => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' || parseFloat(style.borderInlineStartWidth) >= 2;
    };
    const select = selector => [...document.querySelectorAll(selector)].filter(isVisible);
    const controls = select('input, textarea, select, .pill, .badge').filter(it => !hasBorder(it));
    const states = select('[aria-pressed=true], [aria-current=page], .unread').filter(it => !isMarked(it));
    return [...controls, ...states].map(it => it.outerHTML.slice(0, 120));
";

/// Returns what is wrong with the printed page: controls, texts that are cut off, and light or dim texts.
const PRINT_FAULTS: &str = "
    const faults = [];
    const isVisible = element => element.checkVisibility() && element.getClientRects().length > 0;
    for (const selector of ['.navigation', '.sidebar', 'main button', 'main textarea']) {
        const shown = [...document.querySelectorAll(selector)].filter(isVisible);
        faults.push(...shown.map(it => `shown: ${it.outerHTML.slice(0, 80)}`));
    }
    for (const element of document.querySelectorAll('main, main *')) {
        const style = getComputedStyle(element);
        const isCut = ['hidden', 'auto', 'scroll'].includes(style.overflowY) && !element.matches('.visually-hidden, svg')
            && element.scrollHeight > element.clientHeight + 1;
        if (isCut && isVisible(element)) faults.push(`cut off: ${element.outerHTML.slice(0, 80)}`);
        const hasText = [...element.childNodes].some(it => it.nodeType === Node.TEXT_NODE && it.data.trim());
        const [red, green, blue] = style.color.match(/[0-9.]+/g).map(Number);
        const isLight = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
        if (hasText && isLight && isVisible(element) && !element.closest('.avatar, .visually-hidden'))
            faults.push(`light: ${style.color} ${element.outerHTML.slice(0, 80)}`);
    }
    return faults;
";

/// Starts a stack and a browser, signed in as worf, who has an unread conversation and likes a crud.
async fn start() -> (Stack, Browser) {
    let (stack, browser) = signed_in_at_home("worf").await;
    let cookie = session_cookie(&stack, "londo").await;
    let body = serde_json::json!({ "message": MESSAGE, "user_receiver_handle": "worf" });
    let request = crate::support::http_client().post(format!("{}/api/messages", stack.api_url));
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header(COOKIE, cookie);
    let response = request.body(body.to_string()).send().await;
    assert!(response.expect("a response").status().is_success());
    toggle_like(&stack, &browser, SUBNET).await;
    (stack, browser)
}

async fn texts(browser: &Browser, script: &str) -> Vec<String> {
    let texts: Value = browser.script(script, &[]).await;
    serde_json::from_value(texts).expect("texts")
}

#[tokio::test(flavor = "multi_thread")]
async fn controls_and_states_are_visible_with_forced_colors() {
    let (_stack, browser) = start().await;
    let mut faults = Vec::new();
    for (path, text) in PAGES {
        for theme in ["dark", "light"] {
            let features = [("forced-colors", "active"), ("prefers-color-scheme", theme)];
            browser.set_media_features(&features).await;
            browser.open(path).await;
            browser.expect_text(text).await;
            let found = texts(&browser, WITHOUT_BORDER).await;
            faults.extend(
                found
                    .iter()
                    .map(|fault| format!("{path}, {theme}: {fault}")),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_with_more_contrast_satisfy_all_rules() {
    let (_stack, browser) = start().await;
    let mut violations = Vec::new();
    for (path, text) in PAGES {
        for theme in ["dark", "light"] {
            let features = [
                ("prefers-contrast", "more"),
                ("prefers-color-scheme", theme),
                ("prefers-reduced-motion", "reduce"),
            ];
            browser.set_media_features(&features).await;
            browser.open(path).await;
            browser.expect_text(text).await;
            violations.extend(describe_violations(&browser, &format!("{path}, {theme}")).await);
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_pages_have_all_texts_in_dark_colors_and_no_controls() {
    let (_stack, browser) = start().await;
    let mut faults = Vec::new();
    for (path, text) in PAGES {
        browser.set_media_features(&[]).await;
        browser.open(path).await;
        browser.expect_text(text).await;
        browser.emulate_print().await;
        let found = texts(&browser, PRINT_FAULTS).await;
        faults.extend(found.iter().map(|fault| format!("{path}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
