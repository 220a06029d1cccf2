//! What the writer is asked to do.

use tokio::sync::oneshot;

use super::AppendError;
use crate::decode::{Batch, Rejections};

pub(super) enum Command {
    Append {
        batch: Batch,
        received: i64,
        done: Done,
    },
    /// A sink is done with everything up to `cursor`.
    Advance {
        sink: &'static str,
        cursor: i64,
        done: oneshot::Sender<()>,
    },
    /// What is to be done now and then.
    Upkeep {
        now: i64,
    },
    Stop,
}

/// Who waits for the outcome of an append.
pub(super) type Done = oneshot::Sender<Result<Rejections, AppendError>>;
