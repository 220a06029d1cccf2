//! Deletes what has expired, in the background.

use std::{sync::Arc, time::Duration};

use api_types::Timestamp;
use opentelemetry::KeyValue;
use tokio::{sync::Notify, time::sleep};

use crate::{
    Error, clock,
    store::{
        Pool,
        sweep::{self, Swept},
    },
    telemetry::{Operation, note},
};

const SWEEP: Operation = Operation::new("sweeper", "sweep_expired");

/// How long expired data stays in the file at most, where the server has time.
const INTERVAL: Duration = Duration::from_secs(10);
/// Between two steps others write.
const PAUSE_BETWEEN_STEPS: Duration = Duration::from_millis(20);
/// What one trace shows; more is the next one's.
const MAX_STEPS_PER_TRACE: u32 = 50;
/// The log is cut soon after a deletion, once for all of a burst.
const DELAY_AFTER_DELETION: Duration = Duration::from_secs(1);

/// Sweeps every ten seconds, and soon after somebody deleted something.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweeper {
    deletions: Arc<Notify>,
}

/// What is left to do.
#[derive(Clone, Copy, Debug, Default)]
struct Remaining {
    expired: bool,
    log: bool,
}

impl Sweeper {
    /// Tells that something was deleted, whose remains are in the log.
    pub(crate) fn wake(&self) {
        self.deletions.notify_one();
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(self, pool: Pool) {
        // What was deleted before the server started may still be in the log.
        let mut remaining = Remaining {
            expired: false,
            log: true,
        };
        let mut last_error = None;
        loop {
            match sweep_once(&pool, remaining).await {
                Ok(left) => {
                    remaining = left;
                    last_error = None;
                }
                Err(error) => report(&error, &mut last_error),
            }
            if remaining.expired && last_error.is_none() {
                continue;
            }
            tokio::select! {
                () = sleep(INTERVAL) => {}
                () = self.deletions.notified() => {
                    remaining.log = true;
                    sleep(DELAY_AFTER_DELETION).await;
                }
            }
        }
    }
}

/// Says what fails once, not every ten seconds.
fn report(error: &Error, last: &mut Option<String>) {
    let text = match error {
        Error::Failed(failure) => failure.message.to_string(),
        other => format!("{other:?}"),
    };
    if last.as_ref() != Some(&text) {
        eprintln!("sweeper: expired data could not be deleted, trying again: {text}");
        *last = Some(text);
    }
}

/// One trace where something has expired. That only the log is cut is nobody's action.
async fn sweep_once(pool: &Pool, before: Remaining) -> Result<Remaining, Error> {
    let now = clock::now();
    if sweep::is_due(pool, now).await? {
        return SWEEP.run(sweep_in_steps(pool, now)).await;
    }
    let log = before.log && !sweep::cut_log(pool).await?;
    Ok(Remaining {
        expired: false,
        log,
    })
}

async fn sweep_in_steps(pool: &Pool, now: Timestamp) -> Result<Remaining, Error> {
    let mut total = Swept::default();
    let mut expired = true;
    for _ in 0..MAX_STEPS_PER_TRACE {
        let swept = sweep::step(pool, now).await?;
        total += swept;
        expired = !swept.is_nothing();
        if !expired {
            break;
        }
        sleep(PAUSE_BETWEEN_STEPS).await;
    }
    for _ in 0..MAX_STEPS_PER_TRACE {
        if !sweep::shrink(pool).await? {
            break;
        }
        sleep(PAUSE_BETWEEN_STEPS).await;
    }
    let log = !sweep::cut_log(pool).await?;
    note(KeyValue::new("app.now", now.to_string()));
    note(KeyValue::new(
        "app.swept_activities",
        total.activities as i64,
    ));
    note(KeyValue::new("app.swept_sessions", total.sessions as i64));
    note(KeyValue::new("app.swept_keys", total.keys as i64));
    note(KeyValue::new("app.swept_devices", total.devices as i64));
    note(KeyValue::new("app.log_cut", !log));
    Ok(Remaining { expired, log })
}
