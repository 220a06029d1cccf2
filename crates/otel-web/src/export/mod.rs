//! Export of ended spans.
//!
//! 1. Ended spans are encoded at once and wait in the [`SpanQueue`].
//! 2. When an action has ended, after a second at the latest, or when the queue has enough spans
//!    ([`flush_policy`]), they become a batch ([`batch_builder`]): the encoded and compressed body of
//!    a request, stored so that it outlives the page ([`crate::store`]).
//! 3. Batches are sent one at a time, oldest first ([`delivery`]), and again until a receiver has
//!    responded, with increasing delays ([`retry`]).
//! 4. When the page is left ([`page_lifecycle`]), all spans become batches. As many as browsers allow
//!    are sent in requests that outlive the page. The next page sends the rest.

mod batch_builder;
mod compression;
mod delivery;
mod drops;
mod exporter;
mod flush_policy;
mod page_lifecycle;
mod request;
mod retry;
mod span_queue;

pub(crate) use drops::{DropCounts, DropReason};
#[cfg(feature = "errors")]
pub(crate) use exporter::flush_before_exit;
pub(crate) use exporter::{Destination, install, is_installed, span_ended};
pub(crate) use page_lifecycle::install as listen_for_exit;
pub(crate) use span_queue::{EncodedSpan, SpanQueue};
