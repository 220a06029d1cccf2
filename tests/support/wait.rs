//! Waiting for a condition with a deadline; never for an amount of time.

use std::time::{Duration, Instant};

/// Generous, because two cores may be compiling while a journey runs; only a failing test takes this long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

const POLL: Duration = Duration::from_millis(25);

/// Polls `check` until it is `Ok`; at the deadline panics with what it said last.
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

/// Polls `check` until it is `Ok`, or returns what it said at the deadline.
pub(crate) async fn attempt<T, E>(
    limit: Duration,
    mut check: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    let start = Instant::now();
    loop {
        match check().await {
            Err(_) if start.elapsed() < limit => tokio::time::sleep(POLL).await,
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn returns_as_soon_as_the_condition_holds() {
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
    async fn says_what_it_waited_for_and_why_it_gave_up() {
        until_within(Duration::ZERO, "rain", async || Err::<(), _>("still sunny")).await;
    }
}
