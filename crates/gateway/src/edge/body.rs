//! Reads a body: bounded on the way and inflated, and never read further than the limit.

use std::{
    io::{self, Write},
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt;
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    Refusal,
    budget::{Budget, Lease},
    encoding::ContentCoding,
    inflate::{Inflater, ZSTD_MEMORY_BYTES},
};
use crate::config::Limits;

/// How long a refused body is read on, so that its sender gets to see the answer.
const DRAIN_FOR: Duration = Duration::from_secs(5);

/// The uncompressed body, and the memory it was lent.
pub(super) async fn read(
    body: Body,
    coding: ContentCoding,
    limits: &Limits,
    budget: &Budget,
) -> Result<(Bytes, Lease), Refusal> {
    let mut stream = body.into_data_stream();
    let reading = budget.reading().await;
    let mut sink = Bounded::new(limits.body_bytes, budget.lease());
    let within_seconds = limits.read_within.as_secs();
    // A body that does not arrive holds memory that others wait for.
    let read = timeout(limits.read_within, fill(&mut sink, &mut stream, coding));
    let read = tokio::select! {
        biased;
        read = read => read.map_err(|_| Refusal::Slow { within_seconds })?,
        () = reading.gives_way() => Err(Refusal::Busy),
    };
    match read {
        Ok(()) => Ok((sink.bytes.into(), sink.lease)),
        Err(refusal) => {
            // The memory is free for others while the rest goes nowhere.
            drop(sink);
            drop(reading);
            drain(stream, limits).await;
            Err(refusal)
        }
    }
}

async fn fill(
    sink: &mut Bounded,
    stream: &mut BodyDataStream,
    coding: ContentCoding,
) -> Result<(), Refusal> {
    match coding {
        ContentCoding::Identity => copy(stream, sink).await,
        ContentCoding::Gzip => gunzip(stream, sink).await,
        ContentCoding::Deflate => inflate(stream, sink).await,
        ContentCoding::Zstd => decompress_zstd(stream, sink).await,
    }
}

async fn copy(stream: &mut BodyDataStream, sink: &mut Bounded) -> Result<(), Refusal> {
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(Refusal::Incomplete)?;
        sink.write_all(&chunk)
            .map_err(|error| sink.refusal(error))?;
    }
    Ok(())
}

async fn gunzip(stream: &mut BodyDataStream, sink: &mut Bounded) -> Result<(), Refusal> {
    let limit_bytes = sink.limit;
    let mut decoder = MultiGzDecoder::new(sink);
    let mut received = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(Refusal::Incomplete)?;
        received += chunk.len();
        if received > compressed_limit(limit_bytes) {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        let written = decoder.write_all(&chunk);
        written.map_err(|error| decoder.get_mut().refusal(error))?;
    }
    if received == 0 {
        return Ok(());
    }
    let finished = decoder.try_finish();
    finished.map_err(|error| decoder.get_mut().refusal(error))
}

async fn inflate(stream: &mut BodyDataStream, sink: &mut Bounded) -> Result<(), Refusal> {
    let limit_bytes = sink.limit;
    let mut inflater = Inflater::deflate();
    let mut received = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(Refusal::Incomplete)?;
        received += chunk.len();
        if received > compressed_limit(limit_bytes) {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        let written = inflater.inflate(&chunk, sink);
        written.map_err(|error| sink.refusal(error))?;
    }
    if received == 0 {
        return Ok(());
    }
    inflater.finish().map_err(Refusal::Compression)
}

/// A decoder takes megabytes whatever it is given, and a body may take long to arrive. So it
/// is read as it is, and then taken apart in one go.
async fn decompress_zstd(stream: &mut BodyDataStream, sink: &mut Bounded) -> Result<(), Refusal> {
    let limit_bytes = sink.limit;
    sink.limit = compressed_limit(limit_bytes);
    let copied = copy(stream, sink).await;
    sink.limit = limit_bytes;
    copied.map_err(|refusal| match refusal {
        Refusal::TooLarge { .. } => Refusal::TooLarge { limit_bytes },
        refusal => refusal,
    })?;
    if sink.bytes.is_empty() {
        return Ok(());
    }
    let compressed = std::mem::take(&mut sink.bytes);
    let mut inflated = Bounded {
        beside: compressed.len() + ZSTD_MEMORY_BYTES,
        ..Bounded::new(limit_bytes, sink.lease.take())
    };
    let inflating = spawn_blocking(move || {
        let done = zstd(&compressed, &mut inflated);
        (inflated, done)
    });
    let (inflated, done) = inflating.await.map_err(|_| Refusal::Busy)?;
    sink.bytes = inflated.bytes;
    sink.lease = inflated.lease;
    // What the decoder had is free for others.
    sink.lease.shrink(sink.bytes.len());
    done
}

fn zstd(compressed: &[u8], sink: &mut Bounded) -> Result<(), Refusal> {
    sink.cover(0)?;
    let mut inflater = Inflater::zstd().map_err(Refusal::Compression)?;
    let inflated = inflater.inflate(compressed, sink);
    inflated.map_err(|error| sink.refusal(error))?;
    inflater.finish().map_err(Refusal::Compression)
}

/// What a compression makes of a body that cannot be compressed is a little longer than the body.
/// What is much longer is nothing but empty blocks, of which there may be any number.
const fn compressed_limit(limit: usize) -> usize {
    limit + limit / 100 + 1024
}

/// The same courtesy for a body that nobody wants.
pub(super) async fn discard(body: Body, limits: &Limits) {
    drain(body.into_data_stream(), limits).await;
}

/// How many bytes come of a compressed body, for the fuzzer.
#[cfg(any(test, fuzzing))]
pub(crate) fn inflated(bytes: &[u8], limit: usize) -> usize {
    let sink = Bounded::new(limit, Budget::new(limit).lease());
    let mut decoder = MultiGzDecoder::new(sink);
    // Damage and excess are what it is about: only the size of what came before counts.
    let _ = bytes
        .chunks(61)
        .try_for_each(|chunk| decoder.write_all(chunk));
    let _ = decoder.try_finish();
    decoder.get_ref().bytes.len()
}

/// Closing a connection with unread data resets it, and the sender would see the reset
/// instead of the answer. So a refused body is read to its end, within reason.
async fn drain(mut stream: BodyDataStream, limits: &Limits) {
    let mut left = limits.body_bytes.saturating_mul(4);
    let all = async {
        while let Some(Ok(chunk)) = stream.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    // Out of time is as good as done: the answer goes out either way.
    let _ = timeout(DRAIN_FOR, all).await;
}

/// A buffer that takes up to `limit` bytes, each covered by the lease.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    lease: Lease,
    /// Memory that is in use besides the buffer's.
    beside: usize,
    refusal: Option<Refusal>,
}

impl Bounded {
    fn new(limit: usize, lease: Lease) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            lease,
            beside: 0,
            refusal: None,
        }
    }

    fn cover(&mut self, bytes: usize) -> Result<(), Refusal> {
        if bytes > self.limit {
            return Err(Refusal::TooLarge {
                limit_bytes: self.limit,
            });
        }
        self.lease.cover(self.beside + bytes)
    }

    /// The buffer's own reason if it has one, else the compressed stream was damaged.
    fn refusal(&mut self, error: io::Error) -> Refusal {
        self.refusal.take().unwrap_or(Refusal::Compression(error))
    }
}

impl Write for Bounded {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if let Err(refusal) = self.cover(self.bytes.len() + chunk.len()) {
            self.refusal = Some(refusal);
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let never = futures_util::stream::pending::<Result<Bytes, io::Error>>();
        let (limits, budget) = (Limits::default(), Budget::new(1 << 20));
        let body = Body::from_stream(never);
        let read = read(body, ContentCoding::Gzip, &limits, &budget).await;
        assert!(matches!(read, Err(Refusal::Slow { within_seconds: 30 })));
    }
}
