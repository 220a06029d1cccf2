//! Adds activities of older versions to the search index, in the background.

use std::time::Duration;

use tokio::time::sleep;

use crate::store::{Pool, search_backlog};

/// The pause between two steps, in which others can write.
const PAUSE_BETWEEN_STEPS: Duration = Duration::from_millis(20);
/// The pause after a failed step.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(10);

/// Runs until no activity is missing in the index. It is not traced, because each activity has
/// statements of its own.
pub(crate) async fn run(pool: Pool) {
    let mut total = 0;
    loop {
        match search_backlog::step(&pool).await {
            Ok(Some(added)) => {
                total += added;
                sleep(PAUSE_BETWEEN_STEPS).await;
            }
            Ok(None) => break,
            Err(error) => {
                warn(&error);
                sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
    if total > 0 {
        tracing::info!(
            activities = total,
            "older cruds were added to the search index"
        );
    }
}

fn warn(error: &sqlx::Error) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(
        error,
        "cannot add older cruds to the search index, retrying"
    );
}
