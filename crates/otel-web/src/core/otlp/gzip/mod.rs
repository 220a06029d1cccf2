//! A synchronous gzip encoder. `CompressionStream` is asynchronous, and does not finish while a page is
//! being left.
//!
//! The output is one DEFLATE block (RFC 1951) in a gzip member (RFC 1952). Repetitions are replaced by
//! references (`lz77`), then encoded with Huffman codes for this input (`huffman`, `block`). Spans are
//! so similar to each other that the output has a sixth of the size.

mod block;
mod huffman;
mod lz77;

/// The header: deflate, no flags, no time, unknown operating system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// Compresses the body of a request with `Content-Encoding: gzip`.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = block::Bits::after(&HEADER);
    block::write(&mut out, &lz77::tokens(bytes));
    let mut out = out.into_bytes();
    out.extend_from_slice(&crc32(bytes).to_le_bytes());
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out
}

/// Computes the CRC-32. The table is computed each time, which saves a kilobyte of the page.
fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    });
    !bytes.iter().fold(!0, |crc, byte| {
        table[usize::from(crc as u8 ^ byte)] ^ (crc >> 8)
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
