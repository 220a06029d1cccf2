//! Receivers that are unavailable or busy, and networks that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use axum::http::{Method, StatusCode, header};
use bench_runner::collector::{PlannedResponse, RequestInfo};

use super::case::{Endpoint, Exit, Impostor, RetryAfter};
use super::scenario::{Scenario, default_response};

/// How long the receiver is unavailable.
const OUTAGE: Duration = Duration::from_secs(25);

/// How long an SDK may take to deliver after an outage. After that the page is closed.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(12);

const BUSY_SECONDS: u64 = 3;
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// How long an SDK may take until its first attempt.
const FIRST_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Spans end before, in the middle and at the end of the outage.
pub(crate) async fn unavailable(scenario: &Scenario<'_>) -> Result<usize> {
    let is_down = start_outage(scenario);
    let endpoint = scenario.endpoint(Endpoint::SameOrigin);
    let tab = scenario.visit(&endpoint).await?;
    let mut ended = 0;
    for _ in 0..3 {
        ended += tab.spans(50).await?;
        tokio::time::sleep(OUTAGE / 3).await;
    }
    is_down.store(false, Ordering::Relaxed);
    scenario.arrive(ended, RECOVERY_TIMEOUT).await;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

/// The first two responses are 429 with `Retry-After`.
pub(crate) async fn busy(scenario: &Scenario<'_>, form: RetryAfter) -> Result<usize> {
    scenario.collector.respond_with(move |request| {
        if request.method == Method::OPTIONS || request.number >= 2 {
            return default_response(request.method);
        }
        PlannedResponse::status(StatusCode::TOO_MANY_REQUESTS)
            .header(header::RETRY_AFTER, later(form))
    });
    let tab = scenario
        .visit(&scenario.endpoint(Endpoint::SameOrigin))
        .await?;
    let ended = tab.spans(150).await?;
    scenario.arrive(ended, RECOVERY_TIMEOUT).await;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

fn later(form: RetryAfter) -> String {
    match form {
        RetryAfter::Seconds => BUSY_SECONDS.to_string(),
        RetryAfter::Date => {
            httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(BUSY_SECONDS))
        }
    }
}

/// Something else responds until it has seen the spans once.
pub(crate) async fn replaced(scenario: &Scenario<'_>, by: Impostor) -> Result<usize> {
    let is_replaced = start_outage_with(scenario, impostor(by));
    let tab = scenario
        .visit(&scenario.endpoint(Endpoint::SameOrigin))
        .await?;
    let ended = tab.spans(150).await?;
    wait_until_rejected(scenario, 1).await?;
    is_replaced.store(false, Ordering::Relaxed);
    scenario.arrive(ended, RECOVERY_TIMEOUT).await;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

/// The login page responds like the application. A browser that follows the redirect requests it with `GET`.
fn impostor(kind: Impostor) -> impl Fn(&RequestInfo<'_>) -> PlannedResponse + Send + Sync {
    move |request| {
        let page = PlannedResponse::page("<!doctype html><title>Welcome</title>");
        if kind == Impostor::Page || request.method == Method::GET {
            page
        } else {
            PlannedResponse::status(StatusCode::FOUND).header(header::LOCATION, "/otlp/login")
        }
    }
}

/// The page's clocks and timers advance by ten minutes.
pub(crate) async fn offline(scenario: &Scenario<'_>) -> Result<usize> {
    let tab = scenario
        .visit(&scenario.endpoint(Endpoint::SameOrigin))
        .await?;
    tab.set_offline(true).await?;
    let mut ended = tab.spans(150).await?;
    tab.pass(TEN_MINUTES / 2).await?;
    ended += tab.spans(150).await?;
    tab.pass(TEN_MINUTES / 2).await?;
    tab.set_offline(false).await?;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

/// Both tabs are closed during an outage. Two new ones are opened together when it is over.
pub(crate) async fn two_tabs(scenario: &Scenario<'_>) -> Result<usize> {
    let is_down = start_outage(scenario);
    let endpoint = scenario.endpoint(Endpoint::SameOrigin);
    let (one, other) = (
        scenario.visit(&endpoint).await?,
        scenario.visit(&endpoint).await?,
    );
    let ended = one.spans(150).await? + other.spans(150).await?;
    wait_until_rejected(scenario, 2).await?;
    one.work_and_exit("0", Exit::Close).await?;
    other.work_and_exit("0", Exit::Close).await?;
    is_down.store(false, Ordering::Relaxed);
    let (one, other) = tokio::try_join!(scenario.visit(&endpoint), scenario.visit(&endpoint))?;
    scenario.arrive(ended, RECOVERY_TIMEOUT).await;
    one.page.close().await?;
    other.page.close().await?;
    Ok(ended)
}

/// Makes the receiver respond with 503 until the returned flag is cleared.
pub(crate) fn start_outage(scenario: &Scenario<'_>) -> Arc<AtomicBool> {
    start_outage_with(scenario, |_| {
        PlannedResponse::status(StatusCode::SERVICE_UNAVAILABLE)
    })
}

/// Makes `respond` respond in place of the receiver until the returned flag is cleared.
fn start_outage_with(
    scenario: &Scenario<'_>,
    respond: impl Fn(&RequestInfo<'_>) -> PlannedResponse + Send + Sync + 'static,
) -> Arc<AtomicBool> {
    let is_down = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&is_down);
    scenario.collector.respond_with(move |request| {
        let is_down = flag.load(Ordering::Relaxed) && request.method != Method::OPTIONS;
        if is_down {
            respond(request)
        } else {
            default_response(request.method)
        }
    });
    is_down
}

pub(crate) async fn wait_until_rejected(scenario: &Scenario<'_>, times: usize) -> Result<()> {
    let rejected = scenario
        .collector
        .wait_until(FIRST_ATTEMPT_TIMEOUT, |observed| {
            observed.rejected.len() >= times
        });
    ensure!(
        rejected.await,
        "the SDK sent nothing within {FIRST_ATTEMPT_TIMEOUT:?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_date_is_in_the_future() {
        let date = httpdate::parse_http_date(&later(RetryAfter::Date)).unwrap();
        assert!(date > SystemTime::now());
        assert_eq!(later(RetryAfter::Seconds), "3");
    }
}
