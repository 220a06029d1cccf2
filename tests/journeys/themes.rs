//! The light and the dark theme, and layouts of small, enlarged and turned screens.

use thirtyfour::Key;

use crate::steps::{SUBNET, open_home, sign_in, signed_in_at_home, signed_out_at_home};
use crate::support::browser::Browser;
use crate::support::element::button;
use crate::support::wait;

const BACKGROUND: &str = "return getComputedStyle(document.querySelector('main')).backgroundColor";
const LIGHT: &str = "rgb(255, 255, 255)";
const DARK: &str = "rgb(0, 0, 0)";

/// CSS pixels: a phone, the same in landscape, and a desktop window at 200 % and 400 % zoom.
const SCREENS: [(u32, u32); 4] = [(390, 844), (844, 390), (640, 430), (320, 256)];

/// Waits for the background. Chromium applies a new preference in one of the next frames.
async fn expect_background(browser: &Browser, color: &str) {
    wait::until("the background", async || {
        let actual = browser.script(BACKGROUND, &[]).await;
        if actual == color {
            Ok(())
        } else {
            Err(format!("{actual} instead of {color}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn theme_follows_the_system_until_the_user_chooses_one() {
    let (_stack, browser) = signed_out_at_home().await;
    for (preference, color) in [("light", LIGHT), ("dark", DARK)] {
        let features = [("prefers-color-scheme", preference)];
        browser.set_media_features(&features).await;
        expect_background(&browser, color).await;
    }
    browser.click(&button("More")).await;
    browser.click(&button("Light")).await;
    browser
        .expect_attribute(&button("Light"), "aria-pressed", "true")
        .await;
    expect_background(&browser, LIGHT).await;
    // Applied before the app renders: the empty page of index.html has it, too.
    browser.reload().await;
    let theme = "return document.documentElement.dataset.theme";
    assert_eq!(browser.script(theme, &[]).await, "light");
    browser.expect_text(SUBNET).await;
    expect_background(&browser, LIGHT).await;
    browser.click(&button("More")).await;
    browser.click(&button("System")).await;
    browser
        .expect_attribute(&button("System"), "aria-pressed", "true")
        .await;
    expect_background(&browser, DARK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_is_reachable_on_every_screen() {
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    for (width, height) in SCREENS {
        browser.set_viewport(width, height).await;
        browser.click(&button("More")).await;
        browser.click(&button("Sign Out")).await;
        browser.expect_text("Signed out").await;
        browser.leave().await;
        browser.set_viewport(1280, 860).await;
        sign_in(&stack, &browser, "andrewbrown").await;
        open_home(&browser).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn menu_opens_beside_its_button_on_every_screen() {
    const MAX_DISTANCE_PX: f64 = 16.0;
    const DISTANCE: &str = "
        const rect = it => it.getBoundingClientRect();
        const [menu, button] = [rect(document.querySelector('#more')), rect(document.querySelector('[popovertarget=more]'))];
        const gap = (a, b, from, to) => Math.max(0, a[from] - b[to], b[from] - a[to]);
        const inside = menu.top >= 0 && menu.left >= 0 && menu.bottom <= innerHeight && menu.right <= innerWidth;
        return inside ? Math.max(gap(menu, button, 'top', 'bottom'), gap(menu, button, 'left', 'right')) : 'outside';
    ";
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    for (width, height) in [(1920, 1080), (1280, 860), (900, 700), (390, 844)] {
        browser.set_viewport(width, height).await;
        browser.click(&button("More")).await;
        browser.find(&button("Light")).await;
        let distance = browser.script(DISTANCE, &[]).await;
        let is_near = distance.as_f64().is_some_and(|it| it <= MAX_DISTANCE_PX);
        assert!(is_near, "{distance} at {width}×{height}");
        browser.press_key(Key::Escape).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_never_scrolls_sideways() {
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    let overflow =
        "const root = document.documentElement; return root.scrollWidth - root.clientWidth";
    for (width, height) in SCREENS {
        browser.set_viewport(width, height).await;
        assert_eq!(browser.script(overflow, &[]).await, 0, "{width}×{height}");
    }
}
