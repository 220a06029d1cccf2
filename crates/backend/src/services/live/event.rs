//! The events of a stream.

use api_types::{LiveMessage, LiveState};

/// An event of a stream.
#[derive(Clone, Debug)]
pub(crate) enum LiveEvent {
    /// The stream begins anew, because it may have missed updates.
    Ready(LiveState),
    Message(LiveMessage),
}
