//! The task of a sink: takes spans in order, sends, retries, splits, counts.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    Delivery, Outcome, Sink, SinkCounters,
    backoff::Backoff,
    events::{Damaged, Delivered, Expired, Refused, Retrying},
};
use crate::{
    stop::Stopping,
    store::{SinkBatch, SinkQueue},
};

/// Forwards until told to stop, and then what still waits unless the receiver fails. The
/// rest stays in the store for the next start.
pub(super) async fn forward<S: Sink>(
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
        max_spans: S::MAX_SPANS,
    };
    forwarder.run(stopping).await;
}

struct Forwarder<S> {
    sink: S,
    queue: SinkQueue,
    counters: SinkCounters,
    backoff: Backoff,
    /// Spans of the next batch: fewer after the receiver asked for less.
    max_spans: usize,
}

impl<S: Sink> Forwarder<S> {
    async fn run(mut self, stopping: Stopping) {
        loop {
            if self.queue.is_empty() {
                tokio::select! {
                    () = self.queue.wait_for_spans() => {}
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
        let batch = match self.queue.next_batch(self.max_spans, S::MAX_BYTES).await {
            Ok(batch) => batch,
            Err(error) => return Some(self.retry(0, None, &error.to_string())),
        };
        let outcome = match batch.spans {
            0 => Outcome::Delivered(Delivery::default()),
            _ => self.sink.send(&batch.request).await,
        };
        self.conclude(batch, outcome).await
    }

    async fn conclude(&mut self, batch: SinkBatch, outcome: Outcome) -> Option<Duration> {
        let spans = batch.spans as u64;
        match outcome {
            Outcome::Retry { after, error, left } => {
                return Some(self.retry(left.unwrap_or(spans), after, &error));
            }
            Outcome::Late { error } => {
                self.max_spans = half(batch.spans);
                return Some(self.retry(spans, None, &error));
            }
            Outcome::TooLarge { .. } if batch.spans > 1 => {
                self.max_spans = half(batch.spans);
                return None;
            }
            Outcome::Delivered(delivery) => self.counters.record(Delivered { spans, delivery }),
            Outcome::TooLarge { error } => self.refused(spans, "too_large", &error),
            Outcome::Refused { reason, error } => self.refused(spans, &reason, &error),
        }
        self.move_on(&batch).await;
        None
    }

    fn refused(&self, spans: u64, reason: &str, error: &str) {
        self.counters.record(Refused {
            spans,
            reason,
            error,
        });
    }

    fn retry(&mut self, spans: u64, after: Option<Duration>, error: &str) -> Duration {
        self.counters.record(Retrying { spans, error });
        self.backoff.pause(fastrand::f64(), after)
    }

    async fn move_on(&mut self, batch: &SinkBatch) {
        let SinkBatch {
            expired, damaged, ..
        } = batch;
        if *expired > 0 {
            self.counters.record(Expired { spans: *expired });
        }
        if !damaged.is_empty() {
            let spans = damaged.len() as u64;
            self.counters.record(Damaged { spans });
        }
        self.queue.acknowledge(batch).await;
        self.counters.at(self.queue.cursor());
        self.backoff.reset();
        self.max_spans = (self.max_spans * 2).min(S::MAX_SPANS);
    }
}

fn half(spans: usize) -> usize {
    (spans / 2).max(1)
}
