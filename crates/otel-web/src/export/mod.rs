//! Export of ended spans.
//!
//! 1. Ended spans are encoded at once and wait in the [`SpanQueue`](crate::trace::span_queue::SpanQueue).
//! 2. When an action has ended, after a second at the latest, or when the queue has enough spans
//!    ([`flush_policy`]), they become a batch ([`batch_builder`]): the encoded and compressed body of
//!    a request, stored so that it outlives the page ([`storage`]).
//! 3. Batches are sent one at a time, oldest first ([`delivery`]), and again until a receiver has
//!    responded, with increasing delays ([`retry`]).
//! 4. When the page is left ([`crate::lifecycle`]), all spans become batches. As many as browsers allow
//!    are sent in requests that outlive the page. The next page sends the rest.

mod batch_builder;
mod compression;
mod delivery;
pub(crate) mod destination;
mod exporter;
mod flush_policy;
mod request;
mod retry;
pub(crate) mod schedule;
mod storage;
