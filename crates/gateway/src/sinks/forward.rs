//! The task of a sink: takes spans in order, sends, retries, splits, counts.

use std::time::Duration;

use tokio::time::sleep;

use super::{Outcome, Sink, SinkCounters, backoff::Backoff};
use crate::{
    stop::Stopping,
    store::{Pending, SinkQueue},
};

/// Spans of one batch when the receiver has not asked for less.
const MAX_SPANS: usize = 10_000;

/// Forwards until told to stop, and then what still waits unless the receiver fails. The
/// rest stays in the store for the next start.
pub(crate) async fn forward<S: Sink>(
    sink: S,
    queue: SinkQueue,
    counters: SinkCounters,
    stopping: Stopping,
) {
    counters.at(queue.cursor());
    let forwarder = Forwarder {
        sink,
        queue,
        counters,
        backoff: Backoff::default(),
        max_spans: MAX_SPANS,
    };
    forwarder.run(stopping).await;
}

struct Forwarder<S> {
    sink: S,
    queue: SinkQueue,
    counters: SinkCounters,
    backoff: Backoff,
    max_spans: usize,
}

impl<S: Sink> Forwarder<S> {
    async fn run(mut self, stopping: Stopping) {
        loop {
            if self.queue.is_empty() {
                tokio::select! {
                    () = self.queue.filled() => {}
                    () = stopping.clone().signal() => return,
                }
            }
            if let Some(pause) = self.step().await {
                tokio::select! {
                    () = sleep(pause) => {}
                    () = stopping.clone().signal() => return,
                }
            }
        }
    }

    /// One batch. The pause to make before the next, if it has to be tried again.
    async fn step(&mut self) -> Option<Duration> {
        let pending = match self.queue.next(self.max_spans, S::MAX_BYTES).await {
            Ok(pending) => pending,
            Err(error) => return Some(self.retry(0, None, &error.to_string())),
        };
        let outcome = match pending.spans {
            0 => Outcome::Delivered { rejected: 0 },
            _ => self.sink.send(&pending.request).await,
        };
        self.conclude(pending, outcome).await
    }

    async fn conclude(&mut self, pending: Pending, outcome: Outcome) -> Option<Duration> {
        let spans = pending.spans as u64;
        match outcome {
            Outcome::Retry { after, error } => return Some(self.retry(spans, after, &error)),
            Outcome::TooLarge { .. } if pending.spans > 1 => {
                self.max_spans = pending.spans / 2;
                return None;
            }
            Outcome::Delivered { rejected } => self.counters.delivered(spans, rejected),
            Outcome::TooLarge { error } => self.counters.dropped(spans, "too_large", &error),
            Outcome::Refused { reason, error } => self.counters.dropped(spans, &reason, &error),
        }
        self.move_on(&pending).await;
        None
    }

    fn retry(&mut self, spans: u64, after: Option<Duration>, error: &str) -> Duration {
        self.counters.retrying(spans, error);
        self.backoff.pause(fastrand::f64(), after)
    }

    async fn move_on(&mut self, pending: &Pending) {
        self.counters.expired(pending.expired);
        self.queue.done(pending).await;
        self.counters.at(self.queue.cursor());
        self.backoff.reset();
        self.max_spans = (self.max_spans * 2).min(MAX_SPANS);
    }
}
