//! The process of a tab ends without a word.

use std::sync::atomic::Ordering;

use anyhow::Result;

use super::case::{Crash, Endpoint};
use super::outage::{go_down, was_refused};
use super::outcome::Outcome;
use super::scene::Scene;
use super::tab::work;

/// Four minutes later, by the date.
const LATER: &str = "{ const now = Date.now; Date.now = () => now.call(Date) + 240_000; }";

pub(crate) async fn play(scene: &Scene<'_>, crash: Crash) -> Result<Outcome> {
    let endpoint = scene.endpoint(Endpoint::Same);
    let tab = scene.tab().await?;
    let ended = match crash {
        Crash::AtOnce => {
            scene.start(&tab, &endpoint).await?;
            tab.work_and_crash(&work(150)).await?
        }
        Crash::InOutage | Crash::ForGood => {
            let down = go_down(scene);
            scene.start(&tab, &endpoint).await?;
            let ended = tab.spans(150).await?;
            was_refused(scene, 1).await?;
            tab.work_and_crash("0").await?;
            down.store(false, Ordering::Relaxed);
            ended
        }
    };
    let next = match crash {
        Crash::AtOnce | Crash::InOutage => tab,
        Crash::ForGood => {
            let other = scene.tab().await?;
            other.page.run_first(LATER).await?;
            other
        }
    };
    scene.start(&next, &endpoint).await?;
    scene.outcome_at(ended, next).await
}
