//! Batches that wait for delivery: in memory, and in storage that outlives the page.
//!
//! The storage is `localStorage`, since a page that is being left can only write synchronously, and
//! all other storage of browsers is asynchronous. A batch is stored when it is built. It is removed
//! when a receiver has responded to it, and not before.
//!
//! Each page writes keys of its own. The batches of a page are adopted
//! - by the next page of the same tab, at once (`sessionStorage` has the id of the previous page),
//! - by any page, if their owner has announced its departure at `pagehide`, or has been silent for
//!   [`LEASE_DURATION_S`](batch_queue). While an owner has older batches, it renews its lease.
//!
//! | key | value |
//! |---|---|
//! | `otel.batch.<page>.<number>` | a batch: its header and the request body, one byte per character |
//! | `otel.lease.<page>` | when the lease was last renewed, in seconds since 1970; 0 after departure |
//! | `otel.page` (session) | the page of this tab |
//!
//! The storage is limited to [`MAX_STORED_UNITS`](batch_queue) and [`MAX_BATCH_AGE_S`](batch_queue). Dropped batches are
//! counted. If nothing can be stored (storage full, access denied, a worker), batches exist in memory
//! only.

pub(crate) mod batch;
pub(crate) mod batch_queue;
pub(crate) mod batch_state;
mod key_value_store;
#[cfg(all(feature = "durable-queue", target_arch = "wasm32"))]
mod local_storage;

#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) use key_value_store::{NoStore as Storage, previous_page_id, with_lock};
#[cfg(all(feature = "durable-queue", target_arch = "wasm32"))]
pub(crate) use local_storage::{LocalStorage as Storage, previous_page_id, with_lock};
