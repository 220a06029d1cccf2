//! gzip, at once: `CompressionStream` is asynchronous, and a page that is being closed does not wait.
//!
//! One DEFLATE block (RFC 1951) in a gzip member (RFC 1952): repetitions replaced by references
//! (`lz77`), the rest in a code made for this very input (`huffman`), written bit by bit (`block`).
//! Spans repeat each other so much that a sixth of the bytes is left.

mod block;
mod huffman;
mod lz77;

/// Deflate, no flags, no time, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// `bytes` as the body of a request with `Content-Encoding: gzip`.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = block::Bits::after(&HEADER);
    block::write(&mut out, &lz77::tokens(bytes));
    let mut out = out.into_bytes();
    out.extend_from_slice(&crc32(bytes).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out
}

/// The table is made anew each time: that takes less than it would weigh in the page.
fn crc32(bytes: &[u8]) -> u32 {
    let of_byte: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    !bytes.iter().fold(!0, |crc, byte| {
        of_byte[usize::from(crc as u8 ^ byte)] ^ (crc >> 8)
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod mix;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "gzip_tests.rs"]
mod tests;
