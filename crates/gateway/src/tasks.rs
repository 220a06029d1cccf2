//! The tasks that run beside the server, and their shutdown.

use std::{future::Future, time::Duration};

use tokio::time::timeout;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// Tasks in two groups: those that end at once at a shutdown, and those that finish their work
/// first. Dropping this ends both at once.
#[derive(Debug)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    /// Cancelled when tasks are to finish.
    shutdown: CancellationToken,
    /// Cancelled when tasks are to end at their next await.
    abort: CancellationToken,
    _abort_on_drop: DropGuard,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        let abort = CancellationToken::new();
        Self {
            tracker: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            _abort_on_drop: abort.clone().drop_guard(),
            abort,
        }
    }

    /// Returns the token that tells a task to finish.
    pub(crate) fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Runs a task that finishes its work after a shutdown. It watches the
    /// [`shutdown_token`](Self::shutdown_token) itself.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let abort = self.abort.clone();
        self.tracker
            .spawn(async move { abort.run_until_cancelled(task).await });
    }

    /// Runs a task that has nothing to finish and ends at a shutdown.
    pub(crate) fn spawn_until_shutdown(&self, task: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.spawn(async move {
            shutdown.run_until_cancelled(task).await;
        });
    }

    /// Tells all tasks to finish, and ends those that are not done in time.
    pub(crate) async fn shut_down(&self, limit: Duration) {
        self.shutdown.cancel();
        self.tracker.close();
        if timeout(limit, self.tracker.wait()).await.is_err() {
            self.abort.cancel();
            self.tracker.wait().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    };

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_finish_within_the_limit_and_end_at_it() {
        let (tasks, is_finished) = (Tasks::new(), Arc::new(AtomicBool::new(false)));
        tasks.spawn_until_shutdown(std::future::pending());
        tasks.spawn(std::future::pending());
        let (shutdown, done) = (tasks.shutdown_token(), Arc::clone(&is_finished));
        tasks.spawn(async move {
            shutdown.cancelled().await;
            sleep(Duration::from_secs(1)).await;
            done.store(true, Ordering::Relaxed);
        });
        tasks.shut_down(Duration::from_secs(2)).await;
        assert!(is_finished.load(Ordering::Relaxed));
        assert!(tasks.tracker.is_empty());
    }

    #[tokio::test]
    async fn dropping_tasks_ends_them() {
        let tasks = Tasks::new();
        let tracker = tasks.tracker.clone();
        tasks.spawn(std::future::pending());
        drop(tasks);
        tracker.close();
        tracker.wait().await;
    }
}
