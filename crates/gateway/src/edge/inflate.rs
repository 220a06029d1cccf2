//! Takes compressed bytes apart: zlib's and zstd's streams, a step at a time, into a sink
//! that has a bound.

use std::io::{self, Write};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, Operation};

/// What a step gives at most.
const STEP_BYTES: usize = 32 * 1024;

/// The largest window that RFC 9659 allows in HTTP: 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// What a zstd decoder takes besides what comes of it: its window, a block, its tables.
pub(super) const ZSTD_MEMORY_BYTES: usize = (1 << ZSTD_WINDOW_LOG) + 512 * 1024;

/// A compressed stream that is being read.
pub(super) struct Inflater {
    stream: Stream,
    /// Nothing is missing after what came so far.
    is_complete: bool,
}

enum Stream {
    /// Which of the two it is shows in the first two bytes.
    Deflate(Option<Decompress>),
    Zstd(Decoder<'static>),
}

impl Inflater {
    /// "deflate" is zlib's format, and some senders leave out what zlib has around the data.
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

    /// Writes to `sink` what comes of `chunk`.
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
                return Err(io::Error::other("there is something behind its end"));
            }
        }
    }

    /// Fails when the stream has not come to its end.
    pub(super) fn finish(&self) -> io::Result<()> {
        let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
        self.is_complete.then_some(()).ok_or_else(missing)
    }

    /// Bytes that were read, and bytes that were written.
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
                // Of a frame; there may be more of them.
                self.is_complete = status.remaining == 0;
                Ok((status.bytes_read, status.bytes_written))
            }
        }
    }
}

/// Whether a stream begins as RFC 1950 says.
fn is_zlib(start: &[u8]) -> bool {
    const DEFLATE: u8 = 8;
    match *start {
        [method, flags, ..] => {
            method & 0x0f == DEFLATE && u16::from_be_bytes([method, flags]).is_multiple_of(31)
        }
        // The usual one.
        [method] => method & 0x0f == DEFLATE,
        [] => true,
    }
}
