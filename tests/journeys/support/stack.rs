//! Gateway, back end and page server, started together on free ports with new databases.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use opentelemetry_proto::tonic::trace::v1::TracesData;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::browser::Browser;
use super::page_server::{self, PageServer};
use super::process::Process;
use super::scratch::Scratch;
use super::traces::expect::{Expected, compare};
use super::traces::span::Span;
use super::traces::trace::Trace;
use super::wait::until;

/// Changes to the default stack: `<meta>` tags and environment variables.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    pub(crate) meta: Vec<(&'a str, &'a str)>,
    pub(crate) back_end: Vec<(&'a str, &'a str)>,
    pub(crate) gateway: Vec<(&'a str, &'a str)>,
    /// The example whose page is served instead of Cruddur's.
    pub(crate) example: Option<&'a str>,
}

pub(crate) struct Stack {
    pub(crate) page: PageServer,
    pub(crate) gateway_url: String,
    pub(crate) api_url: String,
    back_end: Option<Process>,
    gateway: Option<Process>,
    client: reqwest::Client,
    pub(crate) scratch: Scratch,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup<'_>) -> Self {
        let scratch = Scratch::new();
        let gateway = start_gateway(&scratch, "127.0.0.1:0", &setup.gateway);
        let gateway_url = gateway.wait_for_log(LISTENING).await;
        let mut env = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", gateway_url.as_str())];
        env.extend(&setup.back_end);
        let back_end = start_back_end(&scratch, "127.0.0.1:0", &env);
        let api_url = back_end.wait_for_log(LISTENING).await;
        let viewer = [("trace-viewer", gateway_url.as_str())];
        let meta = [&viewer[..], &setup.meta[..]].concat();
        let dist = setup
            .example
            .map_or_else(page_server::dist, page_server::example);
        let page = PageServer::with_page(dist, &api_url, &gateway_url, &meta).await;
        let client = super::http_client();
        let (back_end, gateway) = (Some(back_end), Some(gateway));
        Self {
            page,
            gateway_url,
            api_url,
            back_end,
            gateway,
            client,
            scratch,
        }
    }

    /// Starts a browser with a new profile and no open page.
    pub(crate) async fn browser(&self) -> Browser {
        Browser::start(&self.scratch, &self.page.origin).await
    }

    /// Waits until this number of messages was sent to an address, and returns the code in the newest.
    pub(crate) async fn mailed_code(&self, email: &str, count: usize) -> String {
        let newest = until("a message with a code", async || {
            let to = format!("To: {email}\r\n");
            let mut messages = self.messages();
            messages.retain(|message| message.contains(&to));
            match messages.len() {
                sent if sent == count => Ok(messages.pop().unwrap_or_default()),
                sent => Err(format!("{sent} messages")),
            }
        })
        .await;
        let code = newest.lines().find(|line| line.starts_with("    "));
        code.expect("a line with the code").trim().to_owned()
    }

    /// Returns the messages in the outbox, oldest first. The first message creates the folder.
    fn messages(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.scratch.path(OUTBOX));
        let entries = entries.into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|it| it == "eml"))
            .collect();
        files.sort();
        let texts = files.iter().map(std::fs::read_to_string);
        texts.collect::<Result<_, _>>().expect("readable messages")
    }

    pub(crate) fn stop_back_end(&mut self) {
        self.back_end = None;
    }

    /// Restarts the back end with the same address and database.
    pub(crate) async fn restart_back_end(&mut self) {
        let address = self.api_url.trim_start_matches("http://");
        let env = [("OTEL_EXPORTER_OTLP_ENDPOINT", self.gateway_url.as_str())];
        let back_end = start_back_end(&self.scratch, address, &env);
        back_end.wait_for_log(LISTENING).await;
        self.back_end = Some(back_end);
    }

    pub(crate) fn stop_gateway(&mut self) {
        self.gateway = None;
    }

    /// Restarts the gateway with the same address and store.
    pub(crate) async fn restart_gateway(&mut self) {
        let address = self.gateway_url.trim_start_matches("http://");
        let gateway = start_gateway(&self.scratch, address, &[]);
        gateway.wait_for_log(LISTENING).await;
        self.gateway = Some(gateway);
    }

    /// Checks that exactly these traces are stored, in this order. Then leaves the page and stops the back end,
    /// so that both flush their spans, and checks again.
    pub(crate) async fn expect_traces_after_shutdown(
        &mut self,
        browser: &Browser,
        expected: &[Expected],
    ) {
        self.expect_traces(expected).await;
        browser.leave().await;
        until("responses to all requests", async || {
            self.page.requests.check_all_answered()
        })
        .await;
        self.stop_back_end();
        self.expect_traces(expected).await;
    }

    /// Waits until exactly these traces are stored, in this order.
    pub(crate) async fn expect_traces(&self, expected: &[Expected]) {
        until("the stored traces", async || {
            compare(expected, &self.traces().await)
        })
        .await;
    }

    /// Returns all stored traces, oldest first.
    pub(crate) async fn traces(&self) -> Vec<Trace> {
        let mut spans = vec![];
        for summary in self.summaries().await {
            let id = summary["trace_id"]
                .as_str()
                .expect("a trace id in the summary");
            spans.extend(self.spans_of(id).await);
        }
        Trace::group(spans)
    }

    pub(crate) async fn summaries(&self) -> Vec<Value> {
        let mut list = self.gateway_json("/api/traces?limit=1000").await;
        serde_json::from_value(list["traces"].take()).expect("an array of traces")
    }

    async fn spans_of(&self, trace_id: &str) -> Vec<Span> {
        let json = self.gateway_json(&format!("/api/traces/{trace_id}")).await;
        let data: TracesData = serde_json::from_value(json).expect("a trace as OTLP JSON");
        Span::from_otlp(data.resource_spans)
    }

    pub(crate) async fn gateway_json(&self, path: &str) -> Value {
        let response = self
            .client
            .get(format!("{}{path}", self.gateway_url))
            .send()
            .await;
        let response = response.expect("the gateway to respond");
        assert!(
            response.status().is_success(),
            "GET {path}: {}",
            response.status()
        );
        response.json().await.expect("JSON from the gateway")
    }

    /// Returns a request to the gateway, for requests that the page does not send.
    pub(crate) fn gateway_request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.gateway_url);
        self.client.request(method, url)
    }

    /// Returns the logs of the running servers.
    pub(crate) fn logs(&self) -> String {
        let running = self.gateway.iter().chain(&self.back_end);
        running.map(Process::log).collect()
    }
}

/// The folder of the back end's mail.
const OUTBOX: &str = "outbox";
const LISTENING: &str = "listening on ";

fn start_gateway(scratch: &Scratch, listen: &str, extra: &[(&str, &str)]) -> Process {
    let (database, viewer) = (text(scratch.path("traces.db")), text(viewer_dir()));
    let mut env = vec![
        ("OTEL_WEB_GATEWAY_LISTEN", listen),
        ("OTEL_WEB_GATEWAY_DB", database.as_str()),
        ("OTEL_WEB_GATEWAY_VIEWER_DIR", viewer.as_str()),
    ];
    env.extend(extra);
    let program = program("CRUDDUR_GATEWAY_BIN", "otel-web-gateway");
    Process::start(&program, &[], &env, scratch.path("gateway.log"))
}

fn start_back_end(scratch: &Scratch, listen: &str, extra: &[(&str, &str)]) -> Process {
    let database = format!("sqlite:{}", text(scratch.path("cruddur.db")));
    let outbox = text(scratch.path(OUTBOX));
    let mut env = vec![
        ("CRUDDUR_API_LISTEN", listen),
        ("DATABASE_URL", database.as_str()),
        ("CRUDDUR_MAIL_OUTBOX", outbox.as_str()),
    ];
    env.extend(extra);
    let program = program("CRUDDUR_BACKEND_BIN", "cruddur-backend");
    Process::start(&program, &[], &env, scratch.path("back-end.log"))
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

/// Returns the folder of the built viewer.
pub(crate) fn viewer_dir() -> PathBuf {
    let configured = std::env::var_os("OTEL_WEB_GATEWAY_VIEWER_DIR");
    configured.map_or_else(|| target().join("viewer"), PathBuf::from)
}

/// Returns the program that a variable names; `cargo xtask test journeys` sets it. Without the variable, builds the
/// program with cargo and returns the path that cargo prints: a guessed path might lead to an outdated build.
fn program(variable: &str, package: &str) -> PathBuf {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty());
    let program = named.map_or_else(|| built(package), PathBuf::from);
    let shown = program.display();
    assert!(
        program.is_file(),
        "{shown} does not exist: correct {variable}"
    );
    program
}

fn built(package: &str) -> PathBuf {
    // One build at a time. If nothing has changed, it takes a moment.
    static BUILD: Mutex<()> = Mutex::new(());
    let _build = BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(env!("CARGO"))
        .args(["build", "--message-format=json", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{package} does not compile");
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter(|message| message["target"]["name"] == package);
    let program = programs.find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
    program.unwrap_or_else(|| panic!("cargo did not print the path of {package}"))
}

fn text(path: PathBuf) -> String {
    path.into_os_string()
        .into_string()
        .expect("a path in UTF-8")
}
