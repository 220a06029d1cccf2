//! Deletes expired data in the background.

use std::{error::Error as _, sync::Arc, time::Duration};

use api_types::Timestamp;
use opentelemetry::KeyValue;
use tokio::{sync::Notify, time::sleep};

use crate::{
    Error, clock,
    store::{
        Pool,
        sweep::{self, Swept},
    },
    telemetry::{Operation, set_attribute},
};

const SWEEP: Operation = Operation::new("sweeper", "sweep_expired");

/// The time between two sweeps.
const INTERVAL: Duration = Duration::from_secs(10);
/// The pause between two steps, in which others can write.
const PAUSE_BETWEEN_STEPS: Duration = Duration::from_millis(20);
/// The maximum number of steps per trace. Further steps belong to the next one.
const MAX_STEPS_PER_TRACE: u32 = 50;
/// The delay from a deletion to the truncation of the write-ahead log, once for several deletions.
const DELAY_AFTER_DELETION: Duration = Duration::from_secs(1);

/// Sweeps periodically, and soon after a deletion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweeper {
    deletions: Arc<Notify>,
}

/// The work that is left to do.
#[derive(Clone, Copy, Debug, Default)]
struct Remaining {
    /// There are expired rows.
    expired: bool,
    /// The write-ahead log may contain deleted data.
    wal: bool,
}

impl Sweeper {
    /// Announces a deletion, after which the write-ahead log must be truncated.
    pub(crate) fn wake(&self) {
        self.deletions.notify_one();
    }

    /// Runs until the future is dropped.
    pub(crate) async fn run(self, pool: Pool) {
        // The log may contain data that was deleted before the server started.
        let mut remaining = Remaining {
            expired: false,
            wal: true,
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
                    remaining.wal = true;
                    sleep(DELAY_AFTER_DELETION).await;
                }
            }
        }
    }
}

/// Logs an error once, not each time it is repeated.
fn report(error: &Error, last: &mut Option<String>) {
    let cause = match error {
        Error::Failed(failure) => failure.source(),
        _ => None,
    };
    let text = cause.map_or_else(|| error.to_string(), ToString::to_string);
    if last.as_ref() != Some(&text) {
        tracing::warn!(error = text, "cannot delete expired data, retrying");
        *last = Some(text);
    }
}

/// Sweeps in one trace if there are expired rows. Truncating the log alone is not traced.
async fn sweep_once(pool: &Pool, before: Remaining) -> Result<Remaining, Error> {
    let now = clock::now();
    if sweep::is_due(pool, now).await? {
        return SWEEP.run(sweep_in_steps(pool, now)).await;
    }
    let wal = before.wal && !sweep::truncate_wal(pool).await?;
    Ok(Remaining {
        expired: false,
        wal,
    })
}

async fn sweep_in_steps(pool: &Pool, now: Timestamp) -> Result<Remaining, Error> {
    let mut total = Swept::default();
    let mut expired = true;
    for _ in 0..MAX_STEPS_PER_TRACE {
        let swept = sweep::step(pool, now).await?;
        total += swept;
        expired = !swept.is_empty();
        if !expired {
            break;
        }
        sleep(PAUSE_BETWEEN_STEPS).await;
    }
    for _ in 0..MAX_STEPS_PER_TRACE {
        if !sweep::release_free_pages(pool).await? {
            break;
        }
        sleep(PAUSE_BETWEEN_STEPS).await;
    }
    let wal = !sweep::truncate_wal(pool).await?;
    set_attribute(KeyValue::new("app.now", now.to_string()));
    set_attribute(KeyValue::new("app.log_cut", !wal));
    for (key, rows) in [
        ("app.swept_activities", total.activities),
        ("app.swept_sessions", total.sessions),
        ("app.swept_keys", total.keys),
        ("app.swept_devices", total.devices),
        ("app.swept_codes", total.codes),
    ] {
        set_attribute(KeyValue::new(key, rows as i64));
    }
    Ok(Remaining { expired, wal })
}
