//! Reads and decompresses a body within its size limit.

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
    IngestError,
    budget::{Budget, Lease},
    encoding::ContentCoding,
    inflate::{Inflater, ZSTD_MEMORY_BYTES},
};
use crate::config::Limits;

/// How long the rest of a rejected body is read, so that its sender receives the response.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the decompressed body and the memory that is reserved for it.
pub(super) async fn read(
    body: Body,
    coding: ContentCoding,
    limits: &Limits,
    budget: &Budget,
) -> Result<(Bytes, Lease), IngestError> {
    let mut stream = body.into_data_stream();
    let reading = budget.start_reading().await;
    let mut sink = BoundedBuffer::new(limits.body_bytes, budget.lease());
    let timeout_seconds = limits.read_within.as_secs();
    // A body that does not arrive uses memory that other requests wait for.
    let read = timeout(limits.read_within, fill(&mut sink, &mut stream, coding));
    let read = tokio::select! {
        biased;
        read = read => read.map_err(|_| IngestError::Slow { timeout_seconds })?,
        () = reading.evicted() => Err(IngestError::Busy),
    };
    match read {
        Ok(()) => Ok((sink.bytes.into(), sink.lease)),
        Err(error) => {
            // Free the memory for others before the rest is discarded.
            drop(sink);
            drop(reading);
            drain(stream, limits).await;
            Err(error)
        }
    }
}

async fn fill(
    sink: &mut BoundedBuffer,
    stream: &mut BodyDataStream,
    coding: ContentCoding,
) -> Result<(), IngestError> {
    match coding {
        ContentCoding::Identity => copy(stream, sink).await,
        ContentCoding::Gzip => gunzip(stream, sink).await,
        ContentCoding::Deflate => inflate(stream, sink).await,
        ContentCoding::Zstd => decompress_zstd(stream, sink).await,
    }
}

/// Passes each chunk of a compressed body to `write`, within the limit for compressed bytes. Returns
/// the number of bytes.
async fn read_chunks(
    stream: &mut BodyDataStream,
    limit_bytes: usize,
    mut write: impl FnMut(&[u8]) -> Result<(), IngestError>,
) -> Result<usize, IngestError> {
    let mut received = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(IngestError::Incomplete)?;
        received += chunk.len();
        if received > compressed_limit(limit_bytes) {
            return Err(IngestError::TooLarge { limit_bytes });
        }
        write(&chunk)?;
    }
    Ok(received)
}

async fn copy(stream: &mut BodyDataStream, sink: &mut BoundedBuffer) -> Result<(), IngestError> {
    let limit_bytes = sink.limit;
    let append = |chunk: &[u8]| sink.append(chunk);
    read_chunks(stream, limit_bytes, append).await.map(drop)
}

async fn gunzip(stream: &mut BodyDataStream, sink: &mut BoundedBuffer) -> Result<(), IngestError> {
    let limit_bytes = sink.limit;
    let mut decoder = MultiGzDecoder::new(sink);
    let decompress = |chunk: &[u8]| {
        let written = decoder.write_all(chunk);
        written.map_err(|error| decoder.get_mut().error(error))
    };
    if read_chunks(stream, limit_bytes, decompress).await? == 0 {
        return Ok(());
    }
    let finished = decoder.try_finish();
    finished.map_err(|error| decoder.get_mut().error(error))
}

async fn inflate(stream: &mut BodyDataStream, sink: &mut BoundedBuffer) -> Result<(), IngestError> {
    let limit_bytes = sink.limit;
    let mut inflater = Inflater::deflate();
    let decompress = |chunk: &[u8]| {
        let written = inflater.inflate(chunk, sink);
        written.map_err(|error| sink.error(error))
    };
    if read_chunks(stream, limit_bytes, decompress).await? == 0 {
        return Ok(());
    }
    inflater.finish().map_err(IngestError::Compression)
}

/// A zstd decoder needs megabytes for any body, and a body may arrive slowly. So the compressed body
/// is collected first and decompressed in one step.
async fn decompress_zstd(
    stream: &mut BodyDataStream,
    sink: &mut BoundedBuffer,
) -> Result<(), IngestError> {
    let limit_bytes = sink.limit;
    sink.limit = compressed_limit(limit_bytes);
    let append = |chunk: &[u8]| sink.append(chunk);
    let received = read_chunks(stream, limit_bytes, append).await?;
    sink.limit = limit_bytes;
    if received == 0 {
        return Ok(());
    }
    let compressed = std::mem::take(&mut sink.bytes);
    let mut decompressed = BoundedBuffer {
        reserved_beside: compressed.len() + ZSTD_MEMORY_BYTES,
        ..BoundedBuffer::new(limit_bytes, sink.lease.take())
    };
    let decompressing = spawn_blocking(move || {
        let result = zstd(&compressed, &mut decompressed);
        (decompressed, result)
    });
    let (decompressed, result) = decompressing.await?;
    sink.bytes = decompressed.bytes;
    sink.lease = decompressed.lease;
    // The memory of the decoder is free again.
    sink.lease.shrink(sink.bytes.len());
    result
}

fn zstd(compressed: &[u8], sink: &mut BoundedBuffer) -> Result<(), IngestError> {
    sink.reserve(0)?;
    let mut inflater = Inflater::zstd().map_err(IngestError::Compression)?;
    let inflated = inflater.inflate(compressed, sink);
    inflated.map_err(|error| sink.error(error))?;
    inflater.finish().map_err(IngestError::Compression)
}

/// Returns the limit for compressed bytes. Incompressible data grows a little; a much longer body
/// consists of empty blocks, of which there may be any number.
const fn compressed_limit(limit: usize) -> usize {
    limit + limit / 100 + 1024
}

/// Reads a body that is not used, so that its sender receives the response.
pub(super) async fn discard(body: Body, limits: &Limits) {
    drain(body.into_data_stream(), limits).await;
}

/// Returns the number of bytes that a gzip body decompresses to, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn inflated(bytes: &[u8], limit: usize) -> usize {
    let sink = BoundedBuffer::new(limit, Budget::new(limit).lease());
    let mut decoder = MultiGzDecoder::new(sink);
    // Errors are expected. The size of what was decompressed before them is checked.
    let _ = bytes
        .chunks(61)
        .try_for_each(|chunk| decoder.write_all(chunk));
    let _ = decoder.try_finish();
    decoder.get_ref().bytes.len()
}

/// Reads the rest of a body, up to a limit. Closing a connection with unread data resets it, and the
/// sender would see the reset instead of the response.
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
    // The response is sent also after the timeout.
    let _ = timeout(DRAIN_TIMEOUT, all).await;
}

/// A buffer of up to `limit` bytes. The lease covers its memory.
struct BoundedBuffer {
    bytes: Vec<u8>,
    limit: usize,
    lease: Lease,
    /// Memory in use beside the buffer, in bytes.
    reserved_beside: usize,
    /// Why the last write failed, if a limit was the reason.
    limit_error: Option<IngestError>,
}

impl BoundedBuffer {
    fn new(limit: usize, lease: Lease) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            lease,
            reserved_beside: 0,
            limit_error: None,
        }
    }

    /// Reserves memory for a buffer of `bytes`.
    fn reserve(&mut self, bytes: usize) -> Result<(), IngestError> {
        if bytes > self.limit {
            return Err(IngestError::TooLarge {
                limit_bytes: self.limit,
            });
        }
        self.lease.reserve(self.reserved_beside + bytes)
    }

    fn append(&mut self, chunk: &[u8]) -> Result<(), IngestError> {
        self.write_all(chunk).map_err(|error| self.error(error))
    }

    /// Returns the limit that a write exceeded, or that the compressed stream is damaged.
    fn error(&mut self, error: io::Error) -> IngestError {
        let limit_error = self.limit_error.take();
        limit_error.unwrap_or(IngestError::Compression(error))
    }
}

impl Write for BoundedBuffer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.reserve(self.bytes.len() + chunk.len()) {
            self.limit_error = Some(error);
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
    async fn body_that_does_not_arrive_times_out() {
        let never = futures_util::stream::pending::<Result<Bytes, io::Error>>();
        let (limits, budget) = (Limits::default(), Budget::new(1 << 20));
        let body = Body::from_stream(never);
        let read = read(body, ContentCoding::Gzip, &limits, &budget).await;
        assert!(matches!(
            read,
            Err(IngestError::Slow {
                timeout_seconds: 30
            })
        ));
    }
}
