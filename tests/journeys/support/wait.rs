//! Waits for a condition, with a deadline. Never for a fixed time.

use std::time::{Duration, Instant};

/// Generous, because a build may be running at the same time. Only a failing test takes this long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// Polls `check` until it returns `Ok`. Panics with the last error at the deadline.
pub(crate) async fn until<T, E: std::fmt::Display>(
    what: &str,
    check: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    until_within(DEADLINE, what, check).await
}

pub(crate) async fn until_within<T, E: std::fmt::Display>(
    limit: Duration,
    what: &str,
    check: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    match attempt(limit, check).await {
        Ok(value) => value,
        Err(reason) => panic!("waited {limit:?} for {what}: {reason}"),
    }
}

/// Polls `check` until it returns `Ok`, or returns the last error at the deadline.
pub(crate) async fn attempt<T, E>(
    limit: Duration,
    mut check: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    let start = Instant::now();
    loop {
        match check().await {
            Err(_) if start.elapsed() < limit => tokio::time::sleep(POLL_INTERVAL).await,
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn until_returns_as_soon_as_the_condition_is_met() {
        let mut tries = 0;
        let value = until("the third try", async || {
            tries += 1;
            if tries == 3 {
                Ok(tries)
            } else {
                Err("too early")
            }
        })
        .await;
        assert_eq!(value, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "for rain: still sunny")]
    async fn until_panics_with_the_last_error_at_the_deadline() {
        until_within(Duration::ZERO, "rain", async || Err::<(), _>("still sunny")).await;
    }
}
