//! Two jobs at the same time: one compiles while the other waits for a linker or the network.

use std::sync::OnceLock;
use std::thread;

use anyhow::{Error, Result};

use super::registry;

/// Runs both jobs at the same time. If one fails, the other is stopped and the first error is returned.
pub(crate) fn in_parallel(
    first: impl FnOnce() -> Result<()> + Send,
    second: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let failure = OnceLock::new();
    thread::scope(|scope| {
        scope.spawn(|| record_failure(first(), &failure));
        record_failure(second(), &failure);
    });
    failure.into_inner().map_or(Ok(()), Err)
}

fn record_failure(result: Result<()>, failure: &OnceLock<Error>) {
    if let Err(error) = result {
        // Only the first error counts: the other job fails because it is stopped.
        drop(failure.set(error));
        registry::end_all();
    }
}
