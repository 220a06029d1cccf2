//! Receivers that are down or busy, and networks that are gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use axum::http::{Method, StatusCode, header};
use bench_runner::collector::Answer;

use super::case::{Endpoint, Exit, RetryAfter};
use super::scene::{Scene, usual};

/// How long the receiver stays down, and how long an SDK may take to notice that it is back; after
/// that the page is closed.
const OUTAGE: Duration = Duration::from_secs(25);
const RECOVERY: Duration = Duration::from_secs(12);

const BUSY_SECONDS: u64 = 3;
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// Until an SDK has tried to send what it has.
const FIRST_ATTEMPT: Duration = Duration::from_secs(10);

/// Spans end before, in the middle and at the end of the outage.
pub(crate) async fn unavailable(scene: &Scene<'_>) -> Result<usize> {
    let down = go_down(scene);
    let endpoint = scene.endpoint(Endpoint::Same);
    let tab = scene.visit(&endpoint).await?;
    let mut ended = 0;
    for _ in 0..3 {
        ended += tab.spans(50).await?;
        tokio::time::sleep(OUTAGE / 3).await;
    }
    down.store(false, Ordering::Relaxed);
    scene.arrive(ended, RECOVERY).await;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

/// The first two requests are told when to come back.
pub(crate) async fn busy(scene: &Scene<'_>, form: RetryAfter) -> Result<usize> {
    scene.collector.answer_with(move |asked| {
        if asked.method == Method::OPTIONS || asked.number >= 2 {
            return usual(asked.method);
        }
        Answer::status(StatusCode::TOO_MANY_REQUESTS).header(header::RETRY_AFTER, later(form))
    });
    let tab = scene.visit(&scene.endpoint(Endpoint::Same)).await?;
    let ended = tab.spans(150).await?;
    scene.arrive(ended, RECOVERY).await;
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

/// Ten minutes pass in the page in a moment, with its clocks and timers.
pub(crate) async fn offline(scene: &Scene<'_>) -> Result<usize> {
    let tab = scene.visit(&scene.endpoint(Endpoint::Same)).await?;
    tab.set_offline(true).await?;
    let mut ended = tab.spans(150).await?;
    tab.pass(TEN_MINUTES / 2).await?;
    ended += tab.spans(150).await?;
    tab.pass(TEN_MINUTES / 2).await?;
    tab.set_offline(false).await?;
    tab.work_and_exit("0", Exit::Close).await?;
    Ok(ended)
}

/// Both tabs are closed in an outage, and two new ones opened together when it is over.
pub(crate) async fn two_tabs(scene: &Scene<'_>) -> Result<usize> {
    let down = go_down(scene);
    let endpoint = scene.endpoint(Endpoint::Same);
    let (one, other) = (scene.visit(&endpoint).await?, scene.visit(&endpoint).await?);
    let ended = one.spans(150).await? + other.spans(150).await?;
    was_refused(scene, 2).await?;
    one.work_and_exit("0", Exit::Close).await?;
    other.work_and_exit("0", Exit::Close).await?;
    down.store(false, Ordering::Relaxed);
    let (one, other) = tokio::try_join!(scene.visit(&endpoint), scene.visit(&endpoint))?;
    scene.arrive(ended, RECOVERY).await;
    one.page.close().await?;
    other.page.close().await?;
    Ok(ended)
}

/// From now on the receiver answers 503, until the flag is lowered.
pub(crate) fn go_down(scene: &Scene<'_>) -> Arc<AtomicBool> {
    let down = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&down);
    scene.collector.answer_with(move |asked| {
        let is_down = flag.load(Ordering::Relaxed) && asked.method != Method::OPTIONS;
        if is_down {
            Answer::status(StatusCode::SERVICE_UNAVAILABLE)
        } else {
            usual(asked.method)
        }
    });
    down
}

pub(crate) async fn was_refused(scene: &Scene<'_>, times: usize) -> Result<()> {
    let refused = scene
        .collector
        .until(FIRST_ATTEMPT, |seen| seen.refused.len() >= times);
    ensure!(refused.await, "nothing was sent within {FIRST_ATTEMPT:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_come_back_at_is_in_the_future() {
        let date = httpdate::parse_http_date(&later(RetryAfter::Date)).unwrap();
        assert!(date > SystemTime::now());
        assert_eq!(later(RetryAfter::Seconds), "3");
    }
}
