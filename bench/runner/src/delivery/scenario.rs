//! The parts of one run: an origin for the page, another one for a collector, and the requests to both.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http::{Method, StatusCode};
use bench_runner::chromium::Chromium;
use bench_runner::collector::{Collector, Observed, PlannedResponse};
use bench_runner::otlp::Span;
use bench_runner::server::Server;

use super::case::Endpoint;
use super::outcome::Outcome;
use super::tab::Tab;

const PREFLIGHT_DELAY: Duration = Duration::from_millis(150);

/// How long requests of a page that was left may take to arrive.
const IN_FLIGHT_TIMEOUT: Duration = Duration::from_millis(2500);

/// How long the next visit may take to send the spans that the SDK has stored.
const NEXT_VISIT_TIMEOUT: Duration = Duration::from_secs(8);

/// How long duplicates may take to arrive.
const QUIET_PERIOD: Duration = Duration::from_millis(800);

/// The environment of one run of one case.
pub(crate) struct Scenario<'a> {
    browser: &'a Chromium,
    sdk: &'a str,
    pub(crate) collector: Arc<Collector>,
    same_origin: Server,
    other_origin: Server,
}

impl<'a> Scenario<'a> {
    pub(crate) async fn new(browser: &'a Chromium, pages: &Path, sdk: &'a str) -> Result<Self> {
        let collector = Arc::new(Collector::default());
        collector.respond_with(|request| default_response(request.method));
        Ok(Self {
            browser,
            sdk,
            same_origin: Server::start(pages.to_owned(), &collector).await?,
            other_origin: Server::start(pages.to_owned(), &collector).await?,
            collector,
        })
    }

    /// Returns the origin of the page.
    pub(crate) fn origin(&self) -> &str {
        self.same_origin.origin()
    }

    /// Returns the URL below which spans are sent.
    pub(crate) fn endpoint(&self, endpoint: Endpoint) -> String {
        let server = match endpoint {
            Endpoint::SameOrigin => &self.same_origin,
            Endpoint::OtherOrigin => return self.other_origin.origin().to_owned(),
        };
        format!("{}/otlp", server.origin())
    }

    /// Opens an empty tab.
    pub(crate) async fn tab(&self) -> Result<Tab> {
        Ok(Tab {
            page: self.browser.page().await?,
            next_url: format!("{}/empty/", self.other_origin.origin()),
        })
    }

    /// Opens the page in a new tab and starts its SDK.
    pub(crate) async fn visit(&self, endpoint: &str) -> Result<Tab> {
        let tab = self.tab().await?;
        self.start(&tab, endpoint).await?;
        Ok(tab)
    }

    /// Opens the page in `tab` and starts its SDK.
    pub(crate) async fn start(&self, tab: &Tab, endpoint: &str) -> Result<()> {
        let url = format!("{}/{}/", self.same_origin.origin(), self.sdk);
        tab.start(&url, endpoint).await
    }

    /// Waits until `ended` distinct spans have arrived. Returns false after `limit`.
    pub(crate) async fn arrive(&self, ended: usize, limit: Duration) -> bool {
        let is_enough =
            |observed: &Observed| Outcome::of(ended, &measured(observed)).received >= ended;
        self.collector.wait_until(limit, is_enough).await
    }

    /// Returns the outcome of a page that was left and of another visit.
    pub(crate) async fn outcome(&self, ended: usize, endpoint: &str) -> Result<Outcome> {
        self.arrive(ended, IN_FLIGHT_TIMEOUT).await;
        self.outcome_at(ended, self.visit(endpoint).await?).await
    }

    /// Returns the outcome of the visit in the tab `next`.
    pub(crate) async fn outcome_at(&self, ended: usize, next: Tab) -> Result<Outcome> {
        self.arrive(ended, NEXT_VISIT_TIMEOUT).await;
        self.collector.wait_until_quiet(QUIET_PERIOD).await;
        next.page.close().await?;
        Ok(Outcome::of(ended, &measured(&self.collector.observed())))
    }
}

/// Responds with 200, and to preflights after a delay.
pub(crate) fn default_response(method: &Method) -> PlannedResponse {
    if method == Method::OPTIONS {
        PlannedResponse::status(StatusCode::NO_CONTENT).after(PREFLIGHT_DELAY)
    } else {
        PlannedResponse::ok()
    }
}

/// Returns the spans that the cases make, without those of the SDK's own instrumentations.
fn measured(observed: &Observed) -> Vec<Span> {
    let all = observed.received.iter().flat_map(|request| &request.spans);
    all.filter(|span| is_measured(span)).cloned().collect()
}

pub(crate) fn is_measured(span: &Span) -> bool {
    // An SDK names the span of a request by its method.
    let is_request = ["GET", "HTTP GET"].contains(&span.name.as_str());
    span.name.starts_with("m.") || (is_request && !span.parent_span_id.is_empty())
}
