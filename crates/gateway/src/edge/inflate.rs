//! Decompresses zlib, deflate and zstd streams in steps, into a writer with a limit.

use std::io::{self, Write};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// The output limit of one step.
const STEP_BYTES: usize = 32 * 1024;

/// The largest window that RFC 9659 allows in HTTP: 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The memory of a zstd decoder without its output: window, block and tables.
pub(super) const ZSTD_MEMORY_BYTES: usize = (1 << ZSTD_WINDOW_LOG) + 512 * 1024;

/// A decoder of one compressed stream.
pub(super) struct Inflater {
    stream: Stream,
    /// The input so far ends at the end of a stream.
    is_complete: bool,
}

enum Stream {
    /// zlib or raw deflate, by the first two bytes. Absent before them.
    Deflate(Option<Decompress>),
    Zstd(Decoder<'static>),
}

impl Inflater {
    /// Creates a decoder for "deflate", which is zlib's format. Some senders omit zlib's header.
    pub(super) const fn deflate() -> Self {
        Self {
            stream: Stream::Deflate(None),
            is_complete: false,
        }
    }

    pub(super) fn zstd() -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
        Ok(Self {
            stream: Stream::Zstd(decoder),
            is_complete: false,
        })
    }

    /// Decompresses `chunk` into `sink`.
    pub(super) fn inflate(&mut self, mut chunk: &[u8], sink: &mut impl Write) -> io::Result<()> {
        let mut buffer = vec![0; STEP_BYTES];
        loop {
            let (read, written) = self.step(chunk, &mut buffer)?;
            sink.write_all(&buffer[..written])?;
            chunk = &chunk[read..];
            let has_more = written == buffer.len();
            if chunk.is_empty() && !has_more {
                return Ok(());
            }
            if read == 0 && written == 0 {
                return Err(io::Error::other("there are bytes after its end"));
            }
        }
    }

    /// Fails if the stream is incomplete.
    pub(super) fn finish(&self) -> io::Result<()> {
        let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
        self.is_complete.then_some(()).ok_or_else(missing)
    }

    /// Returns the number of bytes read and written.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> io::Result<(usize, usize)> {
        match &mut self.stream {
            Stream::Deflate(_) if input.is_empty() || self.is_complete => Ok((0, 0)),
            Stream::Deflate(stream) => {
                let stream = stream.get_or_insert_with(|| Decompress::new(is_zlib(input)));
                let before = (stream.total_in(), stream.total_out());
                let status = stream.decompress(input, output, FlushDecompress::None)?;
                self.is_complete = status == Status::StreamEnd;
                let count = |after: u64, before: u64| (after - before) as usize;
                Ok((
                    count(stream.total_in(), before.0),
                    count(stream.total_out(), before.1),
                ))
            }
            Stream::Zstd(_) if input.is_empty() && self.is_complete => Ok((0, 0)),
            Stream::Zstd(decoder) => {
                let status = decoder.run_on_buffers(input, output)?;
                // Complete means the end of a frame. More frames may follow.
                self.is_complete = status.remaining == 0;
                Ok((status.bytes_read, status.bytes_written))
            }
        }
    }
}

/// Returns whether a stream has a zlib header (RFC 1950).
fn is_zlib(start: &[u8]) -> bool {
    const DEFLATE: u8 = 8;
    match *start {
        [method, flags, ..] => {
            method & 0x0f == DEFLATE && u16::from_be_bytes([method, flags]).is_multiple_of(31)
        }
        // With one byte, zlib is likely.
        [method] => method & 0x0f == DEFLATE,
        [] => true,
    }
}
