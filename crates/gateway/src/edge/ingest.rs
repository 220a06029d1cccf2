//! Decodes a body and stores its records, within the memory that is reserved for the request. Storing
//! continues when the client disconnects.

use std::net::IpAddr;

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::{Edge, IngestError, budget::Lease, response::Accepted};
use crate::{
    clock,
    decode::{Decoded, Encoding, Record, decode},
};

/// Larger bodies are decoded on a thread of their own, because they would block a worker for
/// milliseconds.
const BLOCKING_BYTES: usize = 1 << 20;

impl Edge {
    pub(super) async fn ingest<R: Record>(
        &self,
        encoding: Encoding,
        body: Bytes,
        memory: Lease,
        client: Option<IpAddr>,
    ) -> Result<Accepted, IngestError> {
        // Before decoding, which costs as much for bodies that are not OTLP.
        self.rate_limiter.charge(client, body.len(), 0);
        let (decoded, memory) = self.decode::<R>(encoding, body, memory).await?;
        self.rate_limiter.charge(client, 0, decoded.records());
        self.persist(decoded, memory, client).await
    }

    async fn decode<R: Record>(
        &self,
        encoding: Encoding,
        body: Bytes,
        mut memory: Lease,
    ) -> Result<(Decoded<R>, Lease), IngestError> {
        let is_large = body.len() > BLOCKING_BYTES;
        let limit_bytes = self.limits.memory_bytes;
        let decode = move || {
            let reserve = |bytes| reserve(&mut memory, bytes, limit_bytes);
            let decoded = decode(encoding, body, reserve)?;
            Ok((decoded, memory))
        };
        if is_large {
            spawn_blocking(decode).await?
        } else {
            decode()
        }
    }

    /// Stores the records in a task of its own. The task continues when the client disconnects, because
    /// the writer has the batch: its memory is in use, and its rejections have to be counted.
    async fn persist<R: Record>(
        &self,
        decoded: Decoded<R>,
        memory: Lease,
        client: Option<IpAddr>,
    ) -> Result<Accepted, IngestError> {
        let (store, counts) = (self.store.clone(), self.counts.clone());
        let persisting = tokio::spawn(async move {
            let Decoded {
                batch,
                mut rejections,
                warnings,
            } = decoded;
            let records = R::records(batch);
            rejections.merge(&store.append(records, clock::now(), client).await?);
            drop(memory);
            // After storing, because a request that is not stored is sent again.
            counts.rejected(R::SIGNAL, &rejections);
            counts.repaired(R::SIGNAL, &warnings);
            Ok(Accepted {
                signal: R::SIGNAL,
                rejections,
                warnings,
            })
        });
        persisting.await?
    }
}

/// Reserves memory for decoding. A request larger than the whole budget is not retryable.
pub(super) fn reserve(
    memory: &mut Lease,
    bytes: usize,
    limit_bytes: usize,
) -> Result<(), IngestError> {
    if bytes > limit_bytes {
        return Err(IngestError::TooMuchMemory { bytes, limit_bytes });
    }
    memory.reserve(bytes)
}
