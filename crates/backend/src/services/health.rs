//! The health check: reads and writes the database.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use crate::{
    Error,
    error::Failure,
    store::{Pool, write_probe},
};

/// How long a result is reused, because a check writes and needs no sign-in.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The health check, with its last result, which concurrent requests share.
#[derive(Clone, Debug, Default)]
pub(crate) struct HealthCheck {
    last: Arc<Mutex<Option<CheckResult>>>,
}

#[derive(Clone, Debug)]
struct CheckResult {
    at: Instant,
    /// The failure of the write, if it failed.
    failure: Option<Failure>,
}

impl HealthCheck {
    /// Checks that the database can be read and written.
    pub(crate) async fn check(&self, pool: &Pool) -> Result<(), Error> {
        pool.reader().acquire().await?;
        let mut last = self.last.lock().await;
        let failure = match &*last {
            Some(result) if result.at.elapsed() < MAX_AGE => result.failure.clone(),
            _ => {
                let failure = write_probe::write(pool).await.err().map(unavailable);
                *last = Some(CheckResult {
                    at: Instant::now(),
                    failure: failure.clone(),
                });
                failure
            }
        };
        failure.map_or(Ok(()), |failure| Err(Error::Failed(failure)))
    }
}

fn unavailable(error: sqlx::Error) -> Failure {
    Failure::unavailable("sqlx::Error", error)
}
