//! Sealed batches on their way: in memory, and on a shelf that survives the page.
//!
//! The shelf is `localStorage`: what is written while a page goes away must be written at once, and
//! everything else in a browser is asynchronous. A batch is put there when it is sealed and taken
//! away when a receiver has answered for it, and not before (`handover`).
//!
//! Each page writes under keys of its own. What is left on the shelf is taken over
//! - by the next page of the same tab, at once (`sessionStorage` knows who was there before),
//! - by any page, when its owner said at `pagehide` that it leaves, or has not been heard of for
//!   [`LEASE_S`]: batches are young, or their owner renews its lease.
//!
//! | key | value |
//! |---|---|
//! | `otel.batch.<page>.<number>` | a batch: its label and the request's body, one byte a character |
//! | `otel.lease.<page>` | when the page was last heard of, in seconds since 1970; 0: it has left |
//! | `otel.page` (session) | the page of this tab |
//!
//! Bounded to [`SHELF_UNITS`] and [`LONGEST_S`]; what is given up is counted. Where nothing can be
//! stored (no room, forbidden, a Worker) batches live in memory alone.

mod batch;
mod handover;
mod lease;
mod line;
#[cfg(all(feature = "durable-queue", target_arch = "wasm32"))]
mod local_storage;
mod shelf;

pub(crate) use batch::{Label, State};
pub(crate) use line::{Line, new_page};
#[cfg(all(feature = "durable-queue", target_arch = "wasm32"))]
pub(crate) use local_storage::{LocalStorage as Shelf, previous_page, with_lock};
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) use shelf::{Nowhere as Shelf, previous_page, with_lock};

/// How long a page may stay silent before others take over what it left. The timers of a page in
/// the background fire once a minute.
const LEASE_S: u32 = 150;
/// A batch this old is given up.
const LONGEST_S: u32 = 24 * 60 * 60;
/// What the shelf may hold, in UTF-16 code units; browsers count two bytes for each. Half of what
/// they grant an origin: the rest is the application's.
const SHELF_UNITS: usize = 5 * 1024 * 1024 / 2;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod model_tests;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "line_tests.rs"]
mod tests;
