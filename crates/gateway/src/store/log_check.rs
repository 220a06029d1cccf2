//! Detects a damaged write-ahead log, which SQLite does not report.
//!
//! SQLite reads the log up to the first wrong checksum. Usually a process was killed while it
//! wrote the frames after that. But if one of them is a commit, it was written completely, and
//! the frames before it are damaged. The format is at
//! <https://www.sqlite.org/fileformat2.html#walformat>.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

const LITTLE_ENDIAN: u32 = 0x377f_0682;
const BIG_ENDIAN: u32 = 0x377f_0683;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const MAX_PAGE_BYTES: usize = 65_536;

/// Whether commits of the log are lost. A missing log is not damaged.
pub(super) fn is_damaged(log: &Path) -> io::Result<bool> {
    let mut log = match File::open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => BufReader::new(file?),
    };
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        return Ok(false);
    }
    match Chain::begin(&header) {
        Some(chain) => breaks_before_a_commit(log, chain),
        None => Ok(true),
    }
}

fn breaks_before_a_commit(mut log: impl Read, mut chain: Chain) -> io::Result<bool> {
    let mut frame = vec![0; FRAME_HEADER + chain.page_bytes];
    let mut is_broken = false;
    while fill(&mut log, &mut frame)? {
        // Frames from before the last restart of the log have other salts.
        let is_current = frame[8..16] == chain.salts;
        let is_commit = number(&frame, 4) != 0;
        if is_broken && is_current && is_commit {
            return Ok(true);
        }
        is_broken |= !is_current || !chain.verify(&frame);
    }
    Ok(false)
}

/// Fills the buffer. Returns false at the end of the file.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        result => result.map(|()| true),
    }
}

/// The chain of checksums: each frame's checksum continues that of the frame before it.
struct Chain {
    sums: (u32, u32),
    is_big_endian: bool,
    salts: [u8; 8],
    page_bytes: usize,
}

impl Chain {
    /// Returns `None` if the header is damaged.
    fn begin(header: &[u8; HEADER]) -> Option<Self> {
        let is_big_endian = match number(header, 0) {
            BIG_ENDIAN => true,
            LITTLE_ENDIAN => false,
            _ => return None,
        };
        let page_bytes = usize::try_from(number(header, 8)).ok()?;
        let mut chain = Self {
            sums: (0, 0),
            is_big_endian,
            salts: header[16..24].try_into().ok()?,
            page_bytes,
        };
        chain.add(&header[..24]);
        let is_intact = chain.sums == (number(header, 24), number(header, 28));
        (is_intact && page_bytes <= MAX_PAGE_BYTES).then_some(chain)
    }

    /// Whether the frame's checksum is right.
    fn verify(&mut self, frame: &[u8]) -> bool {
        self.add(&frame[..8]);
        self.add(&frame[FRAME_HEADER..]);
        self.sums == (number(frame, 16), number(frame, 20))
    }

    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.as_chunks::<8>().0 {
            let [a, b, c, d, e, f, g, h] = *pair;
            let (one, two) = (self.word([a, b, c, d]), self.word([e, f, g, h]));
            self.sums.0 = self.sums.0.wrapping_add(one).wrapping_add(self.sums.1);
            self.sums.1 = self.sums.1.wrapping_add(two).wrapping_add(self.sums.0);
        }
    }

    const fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.is_big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }
}

/// Reads a number of a header, which is big-endian even if the checksums are not.
fn number(bytes: &[u8], at: usize) -> u32 {
    let number = bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    number.map_or(0, u32::from_be_bytes)
}
