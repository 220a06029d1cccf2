//! Two jobs side by side: one core waits for a linker or the network while the other compiles.

use std::sync::OnceLock;
use std::thread;

use anyhow::{Error, Result};

use super::registry;

/// Runs both jobs at once. When one fails the other is stopped and the first failure is returned.
pub(crate) fn both(
    first: impl FnOnce() -> Result<()> + Send,
    second: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let failure = OnceLock::new();
    thread::scope(|scope| {
        scope.spawn(|| note(first(), &failure));
        note(second(), &failure);
    });
    failure.into_inner().map_or(Ok(()), Err)
}

fn note(outcome: Result<()>, failure: &OnceLock<Error>) {
    if let Err(error) = outcome {
        // Only the first failure counts; the other job's is a consequence of being stopped.
        drop(failure.set(error));
        registry::end_all();
    }
}
