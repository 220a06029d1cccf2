//! The keyboard focus after navigations, dialogs and changes of the account.

use thirtyfour::Key;

use crate::steps::{COMPOSER, SUBNET, TAILOR, open_crud, signed_in_at_home, signed_out_at_home};
use crate::support::element::{button, dialog, heading, link, link_with, textbox};

#[tokio::test(flavor = "multi_thread")]
async fn each_navigation_focuses_the_heading_of_the_new_page() {
    let (_stack, browser) = signed_out_at_home().await;
    open_crud(&browser, SUBNET).await;
    browser.expect_focus(&heading("Crud")).await;
    browser.back().await;
    browser.expect_focus(&heading("Home")).await;
    browser.click(&link_with("@londo").of_crud(SUBNET)).await;
    browser.expect_focus(&heading("Londo Mollari")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_focuses_the_heading() {
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Sign Out")).await;
    browser.expect_focus(&heading("Home")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn first_tab_stop_skips_the_navigation() {
    let (_stack, browser) = signed_out_at_home().await;
    browser.press_key(Key::Tab).await;
    browser.expect_focus(&link("Skip to content")).await;
    browser.press_key(Key::Enter).await;
    browser.expect_focus(&heading("Home")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dialog_returns_the_focus_to_its_opener() {
    let (_stack, browser) = signed_in_at_home("worf").await;
    let opener = button("Reply").of_crud(TAILOR);
    browser.click(&opener).await;
    browser.find(&dialog()).await;
    browser.press_key(Key::Escape).await;
    browser.expect_focus(&opener).await;
    browser.click(&button("Crud")).await;
    browser.expect_focus(&textbox(COMPOSER)).await;
}
