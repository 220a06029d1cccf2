//! The memory limit of responses that are being written.
//!
//! A large trace as JSON has a hundred MiB. Each client that requests one and does not read it would
//! occupy that memory until its connection times out. So all responses share a budget, and a response
//! that does not fit waits until others are read or closed.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::ApiError;

/// The size of all responses that are being written, in KiB: 128 MiB.
const MAX_RESPONSES_KIB: u32 = 128 << 10;

/// The number of responses that are built concurrently.
const MAX_BUILDING: usize = 2;

/// How long a response waits for others. Clients that read nothing have timed out by then.
const WAIT_TIMEOUT: Duration = Duration::from_secs(40);

/// The size of a frame that is passed to the connection.
const FRAME_BYTES: usize = 64 << 10;

/// The shared budget. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct ResponseMemory {
    building: Arc<Semaphore>,
    used: Arc<Semaphore>,
}

/// A permit to build a response.
#[derive(Debug)]
pub(super) struct BuildPermit {
    memory: ResponseMemory,
    _permit: OwnedSemaphorePermit,
}

/// A text and its part of the budget.
struct BudgetedText {
    text: String,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for BudgetedText {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl ResponseMemory {
    pub(crate) fn new() -> Self {
        Self {
            building: Arc::new(Semaphore::new(MAX_BUILDING)),
            used: Arc::new(Semaphore::new(MAX_RESPONSES_KIB as usize)),
        }
    }

    /// Waits for a permit to build a response.
    pub(super) async fn acquire(&self) -> Result<BuildPermit, ApiError> {
        let permit = Arc::clone(&self.building).acquire_owned();
        let permit = timeout(WAIT_TIMEOUT, permit).await;
        let permit = permit.map_err(|_| ApiError::Busy)?;
        Ok(BuildPermit {
            memory: self.clone(),
            _permit: permit.map_err(|_| ApiError::Busy)?,
        })
    }
}

impl BuildPermit {
    /// Waits until there is memory for the response, and returns its body.
    pub(super) async fn body(self, text: String) -> Result<Body, ApiError> {
        let kib = u32::try_from(text.len().div_ceil(1024)).unwrap_or(u32::MAX);
        // A response larger than the budget waits for all of it.
        let permit = Arc::clone(&self.memory.used).acquire_many_owned(kib.min(MAX_RESPONSES_KIB));
        let permit = timeout(WAIT_TIMEOUT, permit).await;
        let permit = permit.map_err(|_| ApiError::Busy)?;
        let text = BudgetedText {
            text,
            _permit: permit.map_err(|_| ApiError::Busy)?,
        };
        let bytes = Bytes::from_owner(text);
        let frames = stream::unfold(bytes, |mut rest| async move {
            let frame = rest.split_to(rest.len().min(FRAME_BYTES));
            (!frame.is_empty()).then_some((Ok::<_, std::io::Error>(frame), rest))
        });
        // The compression layer polls again after the end.
        Ok(Body::from_stream(frames.fuse()))
    }
}
