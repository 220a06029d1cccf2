//! Getting ended spans off the page.
//!
//! Ended spans are encoded at once and wait in the [`Queue`]. They leave in batches: when an action
//! is over, after a second at the latest, when a batch is full, and in any case when the page is
//! left. What is sent stays in the queue's hands until the receiver has said it has it.

mod backoff;
mod exit;
mod exporter;
mod queue;
mod send;

pub(crate) use exit::install as listen_for_exit;
pub(crate) use exporter::{Destination, flush_before_exit, install, send_soon, span_ended};
pub(crate) use queue::{EncodedSpan, Queue};
