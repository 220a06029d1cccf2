//! One person with one browser: opens pages, clicks, types, sees. Everything waits until it can be done.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use thirtyfour::WindowHandle;
use thirtyfour::prelude::*;

use super::chromium::{capabilities, from_env};
use super::element::Element;
use super::page_server::BLANK;
use super::process::Process;
use super::scratch::Scratch;
use super::wait::{DEADLINE, attempt};

/// How long the driver may take for one command; thirtyfour's own default.
const DRIVER_TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) struct Browser {
    driver: WebDriver,
    origin: String,
    /// Where a failing test leaves what the page looked like.
    picture: PathBuf,
    /// After the session, which ends through it.
    _chromedriver: Process,
}

impl Browser {
    pub(crate) async fn start(scratch: &Scratch, origin: &str) -> Self {
        let program = from_env("CHROMEDRIVER", "chromedriver");
        let log = scratch.path("chromedriver.log");
        let chromedriver = Process::start(&program, &["--port=0"], &[], log);
        let port = chromedriver.says("started successfully on port ").await;
        let server = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(DRIVER_TIMEOUT);
        let client = client.build().expect("a plain HTTP client");
        let driver = WebDriver::builder(server, capabilities(&scratch.path("profile")))
            .client(client)
            .connect()
            .await;
        let driver = driver.expect("a headless Chromium; CHROME and CHROMEDRIVER say which");
        Self {
            driver,
            origin: origin.to_owned(),
            picture: scratch.path("page.png"),
            _chromedriver: chromedriver,
        }
    }

    /// Opens a path of the page, or a whole address.
    pub(crate) async fn open(&self, address: &str) {
        let url = if address.contains(':') {
            address.to_owned()
        } else {
            format!("{}{address}", self.origin)
        };
        self.driver
            .goto(url)
            .await
            .expect("the browser to open the address");
    }

    /// Goes where nothing of the page runs.
    pub(crate) async fn leave(&self) {
        self.open(BLANK).await;
    }

    /// A cookie for the page's origin, set where none of its code runs.
    pub(crate) async fn set_cookie(&self, name: &str, value: &str) {
        self.leave().await;
        let cookie = Cookie::new(name, value);
        self.driver
            .add_cookie(cookie)
            .await
            .expect("a cookie the browser takes");
    }

    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.expect("a page to load again");
    }

    /// Moves the pointer over an element.
    pub(crate) async fn point_at(&self, element: &Element) {
        let found = self.find(element).await;
        let pointer = self.driver.action_chain().move_to_element_center(&found);
        pointer.perform().await.expect("a pointer to move");
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press_key(&self, key: Key) {
        let keys = self.driver.action_chain().send_keys(key);
        keys.perform().await.expect("a key to press");
    }

    /// Waits until the address satisfies a condition, and returns it.
    pub(crate) async fn see_address(&self, what: &str, is_it: impl Fn(&str) -> bool) -> String {
        self.until(&format!("an address with {what}"), async || {
            let address = self.address().await;
            if is_it(&address) {
                Ok(address)
            } else {
                Err(address)
            }
        })
        .await
    }

    pub(crate) async fn back(&self) {
        self.driver.back().await.expect("a page to go back to");
    }

    pub(crate) async fn address(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url.to_string()
    }

    pub(crate) async fn find(&self, element: &Element) -> WebElement {
        self.until(&format!("{element:?}"), async || {
            self.look_for(element).await
        })
        .await
    }

    async fn look_for(&self, element: &Element) -> Result<WebElement, String> {
        let found = self.driver.find_all(By::XPath(element.0.clone())).await;
        for candidate in found.map_err(|error| error.to_string())? {
            if candidate.is_displayed().await.unwrap_or(false) {
                return Ok(candidate);
            }
        }
        Err(self.glimpse().await)
    }

    pub(crate) async fn click(&self, element: &Element) {
        self.until(&format!("a click on {element:?}"), async || {
            let found = self.look_for(element).await?;
            found.click().await.map_err(|error| error.to_string())
        })
        .await;
    }

    pub(crate) async fn fill(&self, element: &Element, text: &str) {
        let field = self.find(element).await;
        field.clear().await.expect("a field to empty");
        field.send_keys(text).await.expect("a field to type into");
    }

    /// What a field holds.
    pub(crate) async fn value(&self, field: &Element) -> String {
        let value = self.find(field).await.value().await.expect("a field");
        value.unwrap_or_default()
    }

    pub(crate) async fn press(&self, element: &Element, key: Key) {
        self.find(element)
            .await
            .send_keys(key)
            .await
            .expect("an element that takes keys");
    }

    /// Waits until the page shows this text.
    pub(crate) async fn see(&self, text: &str) {
        self.wait_for(text, true).await;
    }

    /// Waits until the page no longer shows this text.
    pub(crate) async fn see_no(&self, text: &str) {
        self.wait_for(text, false).await;
    }

    /// Waits until an element's attribute has this value.
    pub(crate) async fn see_state(&self, element: &Element, attribute: &str, value: &str) {
        self.until(&format!("{attribute}={value} on {element:?}"), async || {
            let found = self.look_for(element).await?;
            match found.attr(attribute).await {
                Ok(Some(state)) if state == value => Ok(()),
                state => Err(format!("{state:?}")),
            }
        })
        .await;
    }

    async fn wait_for(&self, text: &str, shown: bool) {
        let what = format!("{} {text:?} on the page", if shown { "" } else { "no" });
        self.until(what.trim_start(), async || {
            match self.text().await.contains(text) {
                contains if contains == shown => Ok(()),
                _ => Err(self.glimpse().await),
            }
        })
        .await;
    }

    /// Waits like any journey, and takes a picture of what it waited at in vain.
    async fn until<T>(&self, what: &str, check: impl AsyncFnMut() -> Result<T, String>) -> T {
        match attempt(DEADLINE, check).await {
            Ok(value) => value,
            Err(reason) => {
                self.driver.screenshot(&self.picture).await.ok();
                panic!(
                    "waited {DEADLINE:?} for {what}: {reason}\npicture: {}",
                    self.picture.display()
                )
            }
        }
    }

    /// As much of the page's text as says where it is.
    async fn glimpse(&self) -> String {
        let text = self.text().await;
        let lines = text.lines().filter(|line| !line.is_empty());
        lines.take(25).fold("it shows:".to_owned(), |all, line| {
            format!("{all}\n  {line}")
        })
    }

    pub(crate) async fn text(&self) -> String {
        let text = self.script("return document.body.innerText", &[]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// An element as a script takes it among its arguments.
    pub(crate) async fn reference(&self, element: &Element) -> Value {
        let found = self.find(element).await;
        found.to_json().expect("a reference of plain JSON")
    }

    pub(crate) async fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let result = self
            .driver
            .execute(script, arguments)
            .await
            .expect("a script that runs");
        result.json().clone()
    }

    /// Errors the page's own code caused or wrote since last asked; failed requests are the browser's to report.
    pub(crate) async fn console_errors(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the browser's log");
        let ours = |source: Option<&str>| source != Some("network");
        let errors = log
            .into_iter()
            .filter(|e| e.level == "SEVERE" && ours(e.source.as_deref()));
        errors.map(|entry| entry.message).collect()
    }

    /// A second window, which stays visible beside the first; returns to the first.
    pub(crate) async fn open_beside(&self, url: &str) -> WindowHandle {
        let first = self.driver.window().await.expect("a window");
        let second = self.driver.new_window().await.expect("a second window");
        self.switch_to(&second).await;
        self.open(url).await;
        self.switch_to(&first).await;
        second
    }

    /// A tab before the first one, which is hidden from now on; stays in it.
    pub(crate) async fn open_in_front(&self, url: &str) -> WindowHandle {
        let tab = self.driver.new_tab().await.expect("a second tab");
        self.switch_to(&tab).await;
        self.open(url).await;
        tab
    }

    pub(crate) async fn window(&self) -> WindowHandle {
        self.driver.window().await.expect("a window")
    }

    pub(crate) async fn switch_to(&self, window: &WindowHandle) {
        self.driver
            .switch_to_window(window.clone())
            .await
            .expect("the window to be open");
    }

    pub(crate) async fn close_window(&self) {
        self.driver.close_window().await.expect("a window to close");
    }
}
