//! The memory of answers that are being written.
//!
//! A trace as JSON is a hundred MiB where it is large. Clients that ask for it and do not read
//! would hold one each, until their connections are closed. So all answers share a budget: one
//! that does not fit waits until others were read, or given up.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Failure;

/// Of all answers that are being written, in KiB: 128 MiB.
const MAX_ANSWERS_KIB: u32 = 128 << 10;

/// Answers that are made at the same time.
const MAX_MAKING: usize = 2;

/// How long an answer waits for others. A client that reads nothing is gone by then.
const WAIT: Duration = Duration::from_secs(40);

/// What is handed to the connection at once.
const FRAME_BYTES: usize = 64 << 10;

#[derive(Clone, Debug)]
pub(crate) struct AnswerMemory {
    making: Arc<Semaphore>,
    held: Arc<Semaphore>,
}

/// Leave to make an answer.
#[derive(Debug)]
pub(super) struct Making {
    memory: AnswerMemory,
    _making: OwnedSemaphorePermit,
}

/// A text that holds its part of the budget.
struct Held {
    text: String,
    _part: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl AnswerMemory {
    pub(crate) fn new() -> Self {
        Self {
            making: Arc::new(Semaphore::new(MAX_MAKING)),
            held: Arc::new(Semaphore::new(MAX_ANSWERS_KIB as usize)),
        }
    }

    /// Waits for leave to make an answer.
    pub(super) async fn make(&self) -> Result<Making, Failure> {
        let making = Arc::clone(&self.making).acquire_owned();
        let making = timeout(WAIT, making).await.map_err(|_| Failure::Busy)?;
        Ok(Making {
            memory: self.clone(),
            _making: making.map_err(|_| Failure::Busy)?,
        })
    }
}

impl Making {
    /// Waits until there is memory for the answer to be read.
    pub(super) async fn body(self, text: String) -> Result<Body, Failure> {
        let kib = u32::try_from(text.len().div_ceil(1024)).unwrap_or(u32::MAX);
        // One that is larger than all of it waits for all of it.
        let part = Arc::clone(&self.memory.held).acquire_many_owned(kib.min(MAX_ANSWERS_KIB));
        let part = timeout(WAIT, part).await.map_err(|_| Failure::Busy)?;
        let part = part.map_err(|_| Failure::Busy)?;
        let bytes = Bytes::from_owner(Held { text, _part: part });
        let frames = stream::unfold(bytes, |mut rest| async move {
            let frame = rest.split_to(rest.len().min(FRAME_BYTES));
            (!frame.is_empty()).then_some((Ok::<_, std::io::Error>(frame), rest))
        });
        // Who compresses it asks again after the end.
        Ok(Body::from_stream(frames.fuse()))
    }
}
