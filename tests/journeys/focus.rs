//! The keyboard focus after navigations, dialogs and changes of the account.

use std::collections::BTreeSet;

use serde_json::Value;
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
async fn every_page_of_the_navigation_focuses_its_own_heading() {
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    for (name, title) in [
        ("Notifications", "Notifications"),
        ("Messages", "Messages"),
        ("Profile", "Andrew Brown"),
        ("Edit profile", "Account"),
        ("Home", "Home"),
    ] {
        browser.click(&link_with(name)).await;
        browser.expect_focus(&heading(title)).await;
    }
    browser.fill(&textbox("Search Cruddur"), "prune").await;
    browser.press(&textbox("Search Cruddur"), Key::Enter).await;
    browser
        .expect_script(
            "the heading of the search",
            "return document.activeElement.textContent",
            |text| text == "Search",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_focuses_the_heading_of_the_page_that_it_returns_to() {
    let (_stack, browser) = signed_out_at_home().await;
    browser.click(&button("Sign In")).await;
    browser.expect_focus(&heading("Sign in")).await;
    browser.fill(&textbox("Email"), "worf@example.com").await;
    browser.fill(&textbox("Password"), "cruddur-demo").await;
    browser.click(&button("Sign In")).await;
    browser.expect_focus(&heading("Home")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_tell_cruds_and_unread_counts_apart() {
    const NAMES: &str =
        "return [...document.querySelectorAll('main article')].map(it => it.ariaLabel)";
    const LINKS: &str =
        "return [...document.querySelectorAll('main .permalink')].map(it => it.textContent)";
    const UNREAD: &str = "return [...document.querySelectorAll('nav a')].map(it => it.textContent).find(it => it.startsWith('Notifications'))";
    let (_stack, browser) = signed_in_at_home("worf").await;
    let names = browser.script(NAMES, &[]).await;
    let names = names.as_array().expect("names");
    let distinct: BTreeSet<_> = names.iter().map(ToString::to_string).collect();
    assert!(
        names.len() > 5 && distinct.len() == names.len(),
        "{names:?}"
    );
    let links = browser.script(LINKS, &[]).await;
    let is_named = |link: &Value| {
        let name = link.as_str().unwrap_or_default();
        let author = name.split_once(", crud by ").map(|(_, author)| author);
        author.is_some_and(|author| !author.is_empty())
    };
    assert!(
        links.as_array().expect("links").iter().all(is_named),
        "{links}"
    );
    let unread = browser.script(UNREAD, &[]).await;
    let unread = unread.as_str().unwrap_or_default();
    let count = unread.trim_start_matches("Notifications");
    let count = count.strip_suffix(" unread").unwrap_or_default();
    assert!(
        count.trim().parse::<u32>().is_ok_and(|it| it > 0),
        "{unread:?}"
    );
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
