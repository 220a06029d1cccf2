//! From a body to spans that are kept: in memory that was lent for it, and to the end even
//! when the client has hung up.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use tokio::task::{JoinError, spawn_blocking};

use super::{Accepted, Edge, Refusal, budget::Lease};
use crate::{
    clock,
    decode::{Decoded, Encoding, decode},
};

/// Taking a larger body apart would keep a thread from all others for milliseconds.
const LARGE_BYTES: usize = 1 << 20;

impl Edge {
    pub(super) async fn intake(
        &self,
        encoding: Encoding,
        body: Bytes,
        memory: Lease,
        (imported, sender): (bool, Option<IpAddr>),
    ) -> Result<Accepted, Refusal> {
        // Before it is taken apart, which costs as much when it turns out not to be OTLP.
        self.rates.charge(sender, body.len(), 0);
        let (mut decoded, memory) = self.take_apart(encoding, body, memory).await?;
        for span in decoded.batch.iter_mut().flat_map(|(_, spans)| spans) {
            span.local_only = imported;
        }
        self.rates.charge(sender, 0, decoded.spans());
        self.keep(decoded, memory, sender).await
    }

    async fn take_apart(
        &self,
        encoding: Encoding,
        body: Bytes,
        mut memory: Lease,
    ) -> Result<(Decoded, Lease), Refusal> {
        let is_large = body.len() > LARGE_BYTES;
        let at_most = self.limits.memory_bytes;
        let decode = move || {
            let decoded = decode(encoding, body, |bytes| room(&mut memory, bytes, at_most))?;
            Ok((decoded, memory))
        };
        if is_large {
            spawn_blocking(decode).await.map_err(stopped)?
        } else {
            decode()
        }
    }

    /// Goes on when the client hangs up: the batch is with the writer, so its memory is not
    /// free, and what of it is not stored has to be counted.
    async fn keep(
        &self,
        decoded: Decoded,
        memory: Lease,
        sender: Option<IpAddr>,
    ) -> Result<Accepted, Refusal> {
        let (store, counts) = (self.store.clone(), Arc::clone(&self.spans));
        let keeping = tokio::spawn(async move {
            let Decoded {
                batch,
                mut rejections,
                warnings,
            } = decoded;
            rejections.merge(&store.append(batch, clock::now(), sender).await?);
            drop(memory);
            // Not before: a request that is not stored comes again.
            counts.rejected(&rejections);
            counts.repaired(&warnings);
            Ok(Accepted {
                rejections,
                warnings,
            })
        });
        keeping.await.map_err(stopped)?
    }
}

/// What would never fit is not to come again.
fn room(memory: &mut Lease, bytes: usize, at_most: usize) -> Result<(), Refusal> {
    if bytes > at_most {
        return Err(Refusal::TooMuchMemory { bytes, at_most });
    }
    memory.cover(bytes)
}

fn stopped(error: JoinError) -> Refusal {
    Refusal::Store(error.to_string())
}
