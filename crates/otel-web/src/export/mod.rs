//! Getting ended spans off the page.
//!
//! 1. Ended spans are encoded at once and wait in the [`Queue`].
//! 2. When an action is over, after a second at the latest, or when there are enough of them, they
//!    are sealed (`seal`): encoded as the body of a request, compressed, put on a shelf that
//!    survives the page ([`crate::store`]). From then on they are sent as they are.
//! 3. The oldest batch is sent (`deliver`), one at a time, and again until a receiver has answered
//!    for it, with pauses in between (`backoff`).
//! 4. When the page is left (`exit`), all is sealed, and sent in requests that outlive the page as
//!    far as browsers allow it. The rest goes out when the next page is loaded.

mod backoff;
mod compression;
mod deliver;
mod departure;
mod dropped;
mod exit;
mod exporter;
mod plan;
mod queue;
mod seal;
mod send;

#[cfg(feature = "errors")]
pub(crate) use departure::flush_before_exit;
pub(crate) use dropped::{Dropped, Reason};
pub(crate) use exit::install as listen_for_exit;
#[cfg(feature = "frustration")]
pub(crate) use exporter::flush_soon;
pub(crate) use exporter::{Destination, install, is_installed, span_ended};
pub(crate) use queue::{EncodedSpan, Queue};
