//! Whether the database can be read and written.

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

/// How long an answer holds: a write costs something, and anybody may ask.
const MAX_AGE: Duration = Duration::from_secs(1);

/// The last answer, which those who ask at the same time share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    last: Arc<Mutex<Option<Verdict>>>,
}

#[derive(Clone, Debug)]
struct Verdict {
    at: Instant,
    /// Absent where writing works.
    failure: Option<Failure>,
}

impl Health {
    pub(crate) async fn check(&self, pool: &Pool) -> Result<(), Error> {
        pool.reader().acquire().await?;
        let mut last = self.last.lock().await;
        let failure = match &*last {
            Some(verdict) if verdict.at.elapsed() < MAX_AGE => verdict.failure.clone(),
            _ => {
                let failure = write_probe::write(pool).await.err().map(unavailable);
                *last = Some(Verdict {
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
