//! A DEFLATE block: two Huffman codes, followed by the encoded tokens.

use crate::core::otlp::gzip::huffman::{self, Code};
use crate::core::otlp::gzip::lz77::Token;

const END_OF_BLOCK: usize = 256;
const LITERAL_SYMBOLS: usize = 286;
const DISTANCE_SYMBOLS: usize = 30;
/// The symbols for code lengths: 0 to 15 are lengths, 16 repeats the previous length, 18 is a run of
/// zeros. 17, a short run of zeros, is not used: it saves less than its code takes.
const LENGTH_SYMBOLS: usize = 19;
const REPEAT_PREVIOUS: usize = 16;
const REPEAT_ZERO: usize = 18;
const LENGTH_ORDER: [u8; LENGTH_SYMBOLS] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// Writes bits, starting with the lowest of each byte.
pub(super) struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u8,
}

impl Bits {
    pub(super) fn after(header: &[u8]) -> Self {
        Self {
            bytes: header.to_vec(),
            pending: 0,
            count: 0,
        }
    }

    fn put(&mut self, bits: u16, count: u8) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn put_code(&mut self, codes: &[Code], symbol: usize) {
        let code = codes.get(symbol).copied().unwrap_or_default();
        self.put(code.bits, code.length);
    }

    /// Returns the bytes. The last one is padded with zeros.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.bytes
    }
}

/// A symbol, and the extra bits after its code.
struct Symbol {
    symbol: usize,
    extra: u16,
    extra_bits: u8,
}

/// Returns the symbol of a length or distance. The values between two powers of two are divided into
/// `1 << log` groups of equal size, with one symbol each.
fn grouped(value: u16, log: u32) -> Symbol {
    let extra_bits = (15 - (value | 1).leading_zeros()).saturating_sub(log);
    let group = (extra_bits << log) + u32::from(value >> extra_bits);
    Symbol {
        symbol: group as usize,
        extra: value & ((1 << extra_bits) - 1),
        extra_bits: extra_bits as u8,
    }
}

/// Returns the symbol of a token in the first code and, for a match, in the second.
fn symbols(token: Token) -> (Symbol, Option<Symbol>) {
    match token {
        Token::Literal(byte) => {
            let literal = Symbol {
                symbol: byte.into(),
                extra: 0,
                extra_bits: 0,
            };
            (literal, None)
        }
        Token::Match(length, distance) => {
            let mut length = grouped(length.into(), 2);
            length.symbol += END_OF_BLOCK + 1;
            (length, Some(grouped(distance, 1)))
        }
    }
}

pub(super) fn write(out: &mut Bits, tokens: &[Token]) {
    let (first, second) = count(tokens);
    let first = huffman::code_lengths(first, 15);
    let second = huffman::code_lengths(second, 15);
    // The block header: last block, dynamic Huffman codes.
    out.put(0b101, 3);
    write_code_lengths(out, &[&first[..], &second].concat());
    write_tokens(
        out,
        tokens,
        &huffman::codes(&first),
        &huffman::codes(&second),
    );
}

fn count(tokens: &[Token]) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0; LITERAL_SYMBOLS];
    let mut second = vec![0; DISTANCE_SYMBOLS];
    first[END_OF_BLOCK] = 1;
    for token in tokens {
        let (one, other) = symbols(*token);
        first[one.symbol] += 1;
        if let Some(other) = other {
            second[other.symbol] += 1;
        }
    }
    (first, second)
}

fn write_code_lengths(out: &mut Bits, lengths: &[u8]) {
    let mut runs = Vec::new();
    for equal in lengths.chunk_by(|one, other| one == other) {
        push_run(&mut runs, equal);
    }
    let mut counts = vec![0; LENGTH_SYMBOLS];
    for run in &runs {
        counts[run.symbol] += 1;
    }
    let own_lengths = huffman::code_lengths(counts, 7);
    // The table sizes, always the maximum: unused symbols become runs of zeros.
    out.put(29, 5);
    out.put(29, 5);
    out.put(15, 4);
    for length in LENGTH_ORDER {
        out.put(own_lengths[usize::from(length)].into(), 3);
    }
    let codes = huffman::codes(&own_lengths);
    for run in runs {
        out.put_code(&codes, run.symbol);
        out.put(run.extra, run.extra_bits);
    }
}

/// Adds the symbols for a run of equal lengths.
fn push_run(runs: &mut Vec<Symbol>, equal: &[u8]) {
    let value = equal.first().copied().unwrap_or_default();
    let (symbol, extra_bits, min, max, mut left) = match value {
        0 => (REPEAT_ZERO, 7, 11, 138, equal.len()),
        _ => (REPEAT_PREVIOUS, 2, 3, 6, equal.len() - 1),
    };
    let single = || Symbol {
        symbol: value.into(),
        extra: 0,
        extra_bits: 0,
    };
    if value > 0 {
        runs.push(single());
    }
    while left >= min {
        let count = left.min(max);
        runs.push(Symbol {
            symbol,
            extra: (count - min) as u16,
            extra_bits,
        });
        left -= count;
    }
    runs.extend((0..left).map(|_| single()));
}

fn write_tokens(out: &mut Bits, tokens: &[Token], first: &[Code], second: &[Code]) {
    for token in tokens {
        let (one, other) = symbols(*token);
        out.put_code(first, one.symbol);
        out.put(one.extra, one.extra_bits);
        if let Some(other) = other {
            out.put_code(second, other.symbol);
            out.put(other.extra, other.extra_bits);
        }
    }
    out.put_code(first, END_OF_BLOCK);
}
