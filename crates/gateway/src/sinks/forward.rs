//! The task of a queue: reads records in order, sends, retries, splits and counts.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Delivery, SendResult, Sink, SinkCounters, backoff::Backoff};
use crate::store::{SinkBatch, SinkQueue};

/// Forwards until `shutdown` is cancelled, and then drains the queue unless the receiver fails.
/// The remaining records stay in the store for the next start.
pub(super) async fn forward<S: Sink>(
    sink: S,
    queue: SinkQueue,
    counters: SinkCounters,
    shutdown: CancellationToken,
) {
    counters.set_cursor(queue.cursor());
    let forwarder = Forwarder {
        sink,
        queue,
        counters,
        backoff: Backoff::default(),
        max_records: S::MAX_RECORDS,
    };
    forwarder.run(shutdown).await;
}

struct Forwarder<S> {
    sink: S,
    queue: SinkQueue,
    counters: SinkCounters,
    backoff: Backoff,
    /// The size limit of the next batch, in records. Lower after the receiver asked for less.
    max_records: usize,
}

impl<S: Sink> Forwarder<S> {
    async fn run(mut self, shutdown: CancellationToken) {
        loop {
            if self.queue.is_empty() {
                tokio::select! {
                    () = self.queue.wait_for_records() => {}
                    () = shutdown.cancelled() => return,
                }
            }
            if let Some(pause) = self.step().await {
                tokio::select! {
                    () = sleep(pause) => {}
                    () = shutdown.cancelled() => return,
                }
            }
        }
    }

    /// Sends one batch. Returns the pause before the next one if the batch has to be retried.
    async fn step(&mut self) -> Option<Duration> {
        let batch = match self.queue.next_batch(self.max_records, S::MAX_BYTES).await {
            Ok(batch) => batch,
            Err(error) => return Some(self.retry(0, None, &error.to_string())),
        };
        let result = match batch.records {
            0 => SendResult::Delivered(Delivery::default()),
            _ => self.sink.send(&batch.request).await,
        };
        self.handle_result(batch, result).await
    }

    async fn handle_result(&mut self, batch: SinkBatch, result: SendResult) -> Option<Duration> {
        let records = batch.records as u64;
        match result {
            SendResult::Retry { after, error, left } => {
                return Some(self.retry(left.unwrap_or(records), after, &error));
            }
            SendResult::Timeout { error } => {
                self.max_records = half(batch.records);
                return Some(self.retry(records, None, &error));
            }
            SendResult::TooLarge { .. } if batch.records > 1 => {
                self.max_records = half(batch.records);
                return None;
            }
            SendResult::Delivered(delivery) => self.counters.delivered(records, delivery),
            SendResult::TooLarge { error } => self.counters.rejected(records, "too_large", &error),
            SendResult::Rejected { reason, error } => {
                self.counters.rejected(records, &reason, &error);
            }
        }
        self.advance(&batch).await;
        None
    }

    fn retry(&mut self, records: u64, after: Option<Duration>, error: &str) -> Duration {
        self.counters.retrying(records, error);
        self.backoff.pause(fastrand::f64(), after)
    }

    /// Moves the cursor behind a batch that was sent or dropped.
    async fn advance(&mut self, batch: &SinkBatch) {
        if batch.expired > 0 {
            self.counters.expired(batch.expired);
        }
        if !batch.damaged.is_empty() {
            self.counters.damaged(batch.damaged.len() as u64);
        }
        self.queue.acknowledge(batch).await;
        self.counters.set_cursor(self.queue.cursor());
        self.backoff.reset();
        self.max_records = (self.max_records * 2).min(S::MAX_RECORDS);
    }
}

fn half(records: usize) -> usize {
    (records / 2).max(1)
}
