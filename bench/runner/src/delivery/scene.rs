//! What one run needs: an origin for the page, another for a foreign collector, and what they received.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Answer, Collector, Seen};
use bench_runner::otlp::Span;
use bench_runner::server::Server;

use super::case::{Case, Endpoint, Exit};
use super::outcome::Outcome;
use super::tab::{Tab, work};
use super::{crash, gateway, outage, storage};

const PREFLIGHT: Duration = Duration::from_millis(150);

/// What has left a page that is gone arrives in this time.
const EN_ROUTE: Duration = Duration::from_millis(2500);

/// What an SDK has kept leaves the next page in this time.
const NEXT_LOAD: Duration = Duration::from_secs(8);

/// Duplicates, should there be any, come no later than this after the rest.
const QUIET: Duration = Duration::from_millis(800);

/// Longer than it takes to leave the page.
const UPLOAD: Duration = Duration::from_secs(4);

/// Leaves 536 of the 64 KiB that browsers allow.
const START_UPLOAD: &str = r#"
fetch("/otlp/v1/upload", { method: "POST", keepalive: true, body: "x".repeat(65000) }).catch(() => {}), 0
"#;

pub(crate) struct Scene<'a> {
    browser: &'a Chromium,
    pub(crate) sdk: &'a str,
    pub(crate) collector: Arc<Collector>,
    home: Server,
    foreign: Server,
}

impl<'a> Scene<'a> {
    pub(crate) async fn new(browser: &'a Chromium, pages: &Path, sdk: &'a str) -> Result<Self> {
        let collector = Arc::new(Collector::default());
        collector.answer_with(|asked| usual(asked.method));
        Ok(Self {
            browser,
            sdk,
            home: Server::start(pages.to_owned(), &collector).await?,
            foreign: Server::start(pages.to_owned(), &collector).await?,
            collector,
        })
    }

    pub(crate) async fn play(&self, case: &Case) -> Result<Outcome> {
        let same = self.endpoint(Endpoint::Same);
        let ended = match *case {
            Case::Exit(exit, spans, endpoint) => {
                let endpoint = self.endpoint(endpoint);
                let tab = self.visit(&endpoint).await?;
                let ended = tab.work_and_exit(&work(spans), exit).await?;
                return self.outcome(ended, &endpoint).await;
            }
            Case::Kept(endpoint) => {
                let endpoint = self.endpoint(endpoint);
                let tab = self.visit(&endpoint).await?;
                let ended = tab.work_and_exit(&work(400), Exit::Leave).await?;
                return self.outcome(ended, &endpoint).await;
            }
            Case::MidAction(exit) => {
                let tab = self.visit(&same).await?;
                tab.work_and_exit("sdk.open_root('m.open')", exit).await?
            }
            Case::KeepaliveUsedUp => self.keepalive_used_up(&same).await?,
            Case::AfterAnswer => self.after_answer(&same).await?,
            Case::Unavailable => outage::unavailable(self).await?,
            Case::Busy(form) => outage::busy(self, form).await?,
            Case::Offline => outage::offline(self).await?,
            Case::Crashed(crash) => return crash::play(self, crash).await,
            Case::GatewayRestarted => return gateway::restarted(self).await,
            Case::TwoTabs => outage::two_tabs(self).await?,
            Case::Storage(store) => storage::unusable(self, store).await?,
        };
        self.outcome(ended, &same).await
    }

    /// Browsers allow 64 KiB; the upload is under way until the page is gone.
    async fn keepalive_used_up(&self, endpoint: &str) -> Result<usize> {
        self.collector.answer_with(|asked| {
            if asked.path.ends_with("/upload") {
                Answer::ok().after(UPLOAD)
            } else {
                usual(asked.method)
            }
        });
        let tab = self.visit(endpoint).await?;
        tab.count(START_UPLOAD).await?;
        tab.work_and_exit(&work(150), Exit::Leave).await
    }

    async fn after_answer(&self, endpoint: &str) -> Result<usize> {
        let tab = self.visit(endpoint).await?;
        let ended = tab
            .count("sdk.request('m.request', '/otlp/v1/nothing')")
            .await?;
        // The time the case is about.
        tokio::time::sleep(Duration::from_millis(100)).await;
        tab.work_and_exit("0", Exit::Leave).await?;
        Ok(ended)
    }

    pub(crate) fn origin(&self) -> &str {
        self.home.origin()
    }

    pub(crate) fn endpoint(&self, endpoint: Endpoint) -> String {
        let server = match endpoint {
            Endpoint::Same => &self.home,
            Endpoint::Foreign => return self.foreign.origin().to_owned(),
        };
        format!("{}/otlp", server.origin())
    }

    /// A tab with nothing in it yet.
    pub(crate) async fn tab(&self) -> Result<Tab> {
        Ok(Tab {
            page: self.browser.page().await?,
            elsewhere: format!("{}/empty/", self.foreign.origin()),
        })
    }

    pub(crate) async fn visit(&self, endpoint: &str) -> Result<Tab> {
        let tab = self.tab().await?;
        self.start(&tab, endpoint).await?;
        Ok(tab)
    }

    pub(crate) async fn start(&self, tab: &Tab, endpoint: &str) -> Result<()> {
        let url = format!("{}/{}/", self.home.origin(), self.sdk);
        tab.start(&url, endpoint).await
    }

    /// Whether so many different spans have arrived within `limit`.
    pub(crate) async fn arrive(&self, ended: usize, limit: Duration) -> bool {
        let is_enough = |seen: &Seen| Outcome::of(ended, &measured(seen)).received >= ended;
        self.collector.until(limit, is_enough).await
    }

    /// After the page is gone: what comes of it, and of the next visit.
    pub(crate) async fn outcome(&self, ended: usize, endpoint: &str) -> Result<Outcome> {
        self.arrive(ended, EN_ROUTE).await;
        self.outcome_at(ended, self.visit(endpoint).await?).await
    }

    /// What comes of the next visit.
    pub(crate) async fn outcome_at(&self, ended: usize, next: Tab) -> Result<Outcome> {
        self.arrive(ended, NEXT_LOAD).await;
        self.collector.until_quiet(QUIET).await;
        next.page.close().await?;
        Ok(Outcome::of(ended, &measured(&self.collector.seen())))
    }
}

/// A receiver that takes everything, and whose preflights take their time.
pub(crate) fn usual(method: &Method) -> Answer {
    if method == Method::OPTIONS {
        Answer::status(StatusCode::NO_CONTENT).after(PREFLIGHT)
    } else {
        Answer::ok()
    }
}

/// Spans that the cases make, without those that an SDK makes of its own accord.
fn measured(seen: &Seen) -> Vec<Span> {
    let all = seen.received.iter().flat_map(|request| &request.spans);
    all.filter(|span| is_measured(span)).cloned().collect()
}

pub(crate) fn is_measured(span: &Span) -> bool {
    // An SDK names the span of a request by its method.
    let is_request = ["GET", "HTTP GET"].contains(&span.name.as_str());
    span.name.starts_with("m.") || (is_request && !span.parent_span_id.is_empty())
}
