//! A browser session: opens pages, clicks, types and checks what is visible. Every method waits until it can act.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::WindowHandle;
use thirtyfour::prelude::*;

use super::chromedriver;
use super::chromium::{capabilities, from_env};
use super::element::Element;
use super::page_server::BLANK;
use super::process::Process;
use super::scratch::Scratch;
use super::wait::{DEADLINE, attempt};

/// The time limit of one WebDriver command, thirtyfour's default.
const DRIVER_TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) struct Browser {
    driver: WebDriver,
    origin: String,
    /// The file for the screenshot of a failing test.
    screenshot: PathBuf,
    /// Declared last, so that it is dropped last: ending the session needs the driver.
    _chromedriver: Process,
}

impl Browser {
    pub(crate) async fn start(scratch: &Scratch, origin: &str) -> Self {
        let program = from_env("CHROMEDRIVER", "chromedriver");
        let (chromedriver, port) = chromedriver::start(&program, scratch).await;
        let server = format!("http://127.0.0.1:{port}");
        let client = http_client::builder().no_proxy().timeout(DRIVER_TIMEOUT);
        let client = client.build().expect("a plain HTTP client");
        let driver = WebDriver::builder(
            server,
            capabilities(&scratch.path(&format!("profile-{port}"))),
        )
        .client(client)
        .connect()
        .await;
        let driver =
            driver.expect("a headless Chromium (set CHROME and CHROMEDRIVER to choose one)");
        Self {
            driver,
            origin: origin.to_owned(),
            screenshot: scratch.path("page.png"),
            _chromedriver: chromedriver,
        }
    }

    /// Opens a path of the page, or a full URL.
    pub(crate) async fn open(&self, url: &str) {
        let url = if url.contains(':') {
            url.to_owned()
        } else {
            format!("{}{url}", self.origin)
        };
        self.driver
            .goto(url)
            .await
            .expect("the browser to open the URL");
    }

    /// Opens an empty page of the same origin.
    pub(crate) async fn leave(&self) {
        self.open(BLANK).await;
    }

    /// Sets a cookie for the page's origin, on the empty page.
    pub(crate) async fn set_cookie(&self, name: &str, value: &str) {
        self.leave().await;
        let cookie = Cookie::new(name, value);
        self.driver
            .add_cookie(cookie)
            .await
            .expect("the browser to accept the cookie");
    }

    /// Emulates the user's preferences, such as `("prefers-color-scheme", "light")`.
    pub(crate) async fn set_media_features(&self, features: &[(&str, &str)]) {
        let to_json = |(name, value): &(&str, &str)| json!({"name": name, "value": value});
        let features: Vec<Value> = features.iter().map(to_json).collect();
        self.dev_tools("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    /// Shows the page as it is printed.
    pub(crate) async fn emulate_print(&self) {
        self.dev_tools("Emulation.setEmulatedMedia", json!({"media": "print"}))
            .await;
    }

    /// Runs a script in each later page, before its own scripts.
    pub(crate) async fn run_first(&self, script: &str) {
        let parameters = json!({"source": script});
        self.dev_tools("Page.addScriptToEvaluateOnNewDocument", parameters)
            .await;
    }

    /// Emulates a window of this size, in CSS pixels.
    pub(crate) async fn set_viewport(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.dev_tools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Makes requests for these URLs fail, in which `*` stands for any text.
    pub(crate) async fn block_urls(&self, urls: &[&str]) {
        self.dev_tools("Network.enable", json!({})).await;
        self.dev_tools("Network.setBlockedURLs", json!({"urls": urls}))
            .await;
    }

    async fn dev_tools(&self, command: &str, parameters: Value) -> Value {
        let result = self.driver.cdp().send_raw(command, parameters).await;
        result.expect("the browser to run the command")
    }

    pub(crate) async fn reload(&self) {
        self.driver.refresh().await.expect("a page to load again");
    }

    /// Moves the pointer onto an element.
    pub(crate) async fn hover(&self, element: &Element) {
        let found = self.find(element).await;
        let pointer = self.driver.action_chain().move_to_element_center(&found);
        pointer.perform().await.expect("a pointer to move");
    }

    /// Presses a key in the focused element.
    pub(crate) async fn press_key(&self, key: Key) {
        let keys = self.driver.action_chain().send_keys(key);
        keys.perform().await.expect("a key to press");
    }

    /// Presses the keys of a text, wherever the focus is.
    pub(crate) async fn press_letters(&self, letters: &str) {
        let keys = self.driver.action_chain().send_keys(letters);
        keys.perform().await.expect("keys to press");
    }

    /// Moves the focus to the previous element, with Shift+Tab.
    pub(crate) async fn press_backwards(&self) {
        let keys = self.driver.action_chain().key_down(Key::Shift);
        let keys = keys.send_keys(Key::Tab).key_up(Key::Shift);
        keys.perform().await.expect("keys to press");
    }

    /// Moves the focus to an element, without scrolling to it.
    pub(crate) async fn focus(&self, element: &Element) {
        let found = self.reference(element).await;
        self.script("arguments[0].focus({preventScroll: true})", &[found])
            .await;
    }

    /// Waits until the URL satisfies a condition, and returns the URL.
    pub(crate) async fn expect_url(&self, what: &str, matches: impl Fn(&str) -> bool) -> String {
        self.until(&format!("a URL with {what}"), async || {
            let url = self.url().await;
            if matches(&url) { Ok(url) } else { Err(url) }
        })
        .await
    }

    pub(crate) async fn back(&self) {
        self.driver.back().await.expect("a page to go back to");
    }

    pub(crate) async fn url(&self) -> String {
        let url = self.driver.current_url().await.expect("a URL");
        url.to_string()
    }

    pub(crate) async fn find(&self, element: &Element) -> WebElement {
        self.until(&format!("{element:?}"), async || {
            self.try_find(element).await
        })
        .await
    }

    async fn try_find(&self, element: &Element) -> Result<WebElement, String> {
        let found = self.driver.find_all(By::XPath(element.0.clone())).await;
        for candidate in found.map_err(|error| error.to_string())? {
            if candidate.is_displayed().await.unwrap_or(false) {
                return Ok(candidate);
            }
        }
        Err(self.text_excerpt().await)
    }

    /// Waits for an element that need not be visible, such as a field for files.
    pub(crate) async fn hidden(&self, by: By) -> WebElement {
        self.until(&format!("{by:?}"), async || {
            let found = self.driver.find(by.clone()).await;
            found.map_err(|error| error.to_string())
        })
        .await
    }

    pub(crate) async fn click(&self, element: &Element) {
        self.until(&format!("a click on {element:?}"), async || {
            let found = self.try_find(element).await?;
            found.click().await.map_err(|error| error.to_string())
        })
        .await;
    }

    pub(crate) async fn fill(&self, element: &Element, text: &str) {
        let field = self.find(element).await;
        field.clear().await.expect("a field to empty");
        field.send_keys(text).await.expect("a field to type into");
    }

    /// Returns the value of a field.
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

    /// Waits until the page shows the text.
    pub(crate) async fn expect_text(&self, text: &str) {
        self.wait_for(text, true).await;
    }

    /// Waits until the page does not show the text.
    pub(crate) async fn expect_no_text(&self, text: &str) {
        self.wait_for(text, false).await;
    }

    /// Waits until the element's attribute has the value.
    pub(crate) async fn expect_attribute(&self, element: &Element, attribute: &str, value: &str) {
        self.until(&format!("{attribute}={value} on {element:?}"), async || {
            let found = self.try_find(element).await?;
            match found.attr(attribute).await {
                Ok(Some(state)) if state == value => Ok(()),
                state => Err(format!("{state:?}")),
            }
        })
        .await;
    }

    /// Waits until the result of the script satisfies a condition, and returns the result.
    pub(crate) async fn expect_script(
        &self,
        what: &str,
        script: &str,
        matches: impl Fn(&Value) -> bool,
    ) -> Value {
        self.until(what, async || {
            let result = self.script(script, &[]).await;
            if matches(&result) {
                Ok(result)
            } else {
                Err(result.to_string())
            }
        })
        .await
    }

    /// Waits until the element has the focus.
    pub(crate) async fn expect_focus(&self, element: &Element) {
        let script = "return document.activeElement === arguments[0]";
        self.until(&format!("the focus on {element:?}"), async || {
            let found = self.try_find(element).await?;
            let found = found.to_json().map_err(|error| error.to_string())?;
            if self.script(script, &[found]).await == true {
                return Ok(());
            }
            let html = "return document.activeElement.outerHTML.slice(0, 200)";
            Err(format!("it is on {}", self.script(html, &[]).await))
        })
        .await;
    }

    async fn wait_for(&self, text: &str, shown: bool) {
        let what = format!("{} {text:?} on the page", if shown { "" } else { "no" });
        self.until(what.trim_start(), async || {
            match self.text().await.contains(text) {
                contains if contains == shown => Ok(()),
                _ => Err(self.text_excerpt().await),
            }
        })
        .await;
    }

    /// Polls `check` until the deadline, and takes a screenshot if it fails.
    async fn until<T>(&self, what: &str, check: impl AsyncFnMut() -> Result<T, String>) -> T {
        match attempt(DEADLINE, check).await {
            Ok(value) => value,
            Err(reason) => {
                self.driver.screenshot(&self.screenshot).await.ok();
                panic!(
                    "waited {DEADLINE:?} for {what}: {reason}\nscreenshot: {}",
                    self.screenshot.display()
                )
            }
        }
    }

    /// Returns the first lines of the page's text, for error messages.
    async fn text_excerpt(&self) -> String {
        let text = self.text().await;
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .take(25)
            .fold("the page shows:".to_owned(), |all, line| {
                format!("{all}\n  {line}")
            })
    }

    pub(crate) async fn text(&self) -> String {
        let text = self.script("return document.body.innerText", &[]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Returns a reference to an element, to pass to [`script`](Self::script).
    pub(crate) async fn reference(&self, element: &Element) -> Value {
        let found = self.find(element).await;
        found.to_json().expect("a reference of plain JSON")
    }

    pub(crate) async fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let result = self
            .driver
            .execute(script, arguments)
            .await
            .expect("the script to run");
        result.json().clone()
    }

    /// Returns the console errors of the page's code since the last call, without the browser's own
    /// messages about failed requests.
    pub(crate) async fn console_errors(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the browser's log");
        let is_of_page = |source: Option<&str>| source != Some("network");
        let errors = log
            .into_iter()
            .filter(|e| e.level == "SEVERE" && is_of_page(e.source.as_deref()));
        errors.map(|entry| entry.message).collect()
    }

    /// Opens a second window next to the first one, which stays the current one.
    pub(crate) async fn open_in_new_window(&self, url: &str) -> WindowHandle {
        let first = self.driver.window().await.expect("a window");
        let second = self.driver.new_window().await.expect("a second window");
        self.switch_to(&second).await;
        self.open(url).await;
        self.switch_to(&first).await;
        second
    }

    /// Opens a second tab and makes it the current one. The first tab is hidden from then on.
    pub(crate) async fn open_in_new_tab(&self, url: &str) -> WindowHandle {
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
