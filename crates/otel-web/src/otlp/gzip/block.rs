//! One block of DEFLATE: the two codes, then the tokens in them.

use super::huffman::{self, Code};
use super::lz77::Token;

const END: usize = 256;
const LITERALS_AND_LENGTHS: usize = 286;
const DISTANCES: usize = 30;
/// The code of the code lengths: 0 to 15 stand for themselves, 16 repeats the one before, 18 is a
/// run of zeros. 17, a short run of zeros, would save less than it takes.
const LENGTHS: usize = 19;
const AGAIN: usize = 16;
const ZEROS: usize = 18;
const ORDER_OF_LENGTHS: [u8; LENGTHS] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// Collects bits, the lowest of a byte first.
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

    /// The last byte is filled up with zeros.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.bytes
    }
}

/// A symbol, and the bits that follow its code.
struct Symbol {
    symbol: usize,
    extra: u16,
    extra_bits: u8,
}

/// Lengths and distances are grouped, each two powers of two into `1 << log` groups of one size.
fn grouped(value: u16, log: u32) -> Symbol {
    let extra_bits = (15 - (value | 1).leading_zeros()).saturating_sub(log);
    let group = (extra_bits << log) + u32::from(value >> extra_bits);
    Symbol {
        symbol: group as usize,
        extra: value & ((1 << extra_bits) - 1),
        extra_bits: extra_bits as u8,
    }
}

/// A token as a symbol of the first code and, for a match, one of the second.
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
        Token::Repeat(length, distance) => {
            let mut length = grouped(length.into(), 2);
            length.symbol += END + 1;
            (length, Some(grouped(distance, 1)))
        }
    }
}

pub(super) fn write(out: &mut Bits, tokens: &[Token]) {
    let (first, second) = count(tokens);
    let first = huffman::code_lengths(first, 15);
    let second = huffman::code_lengths(second, 15);
    // The last block, with codes of its own.
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
    let mut first = vec![0; LITERALS_AND_LENGTHS];
    let mut second = vec![0; DISTANCES];
    first[END] = 1;
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
    let runs: Vec<Symbol> = lengths
        .chunk_by(|one, other| one == other)
        .flat_map(in_runs)
        .collect();
    let mut counts = vec![0; LENGTHS];
    for run in &runs {
        counts[run.symbol] += 1;
    }
    let own_lengths = huffman::code_lengths(counts, 7);
    // All 286 symbols, all 30 distances, all 19 lengths: the unused ones are runs of zeros.
    out.put(29, 5);
    out.put(29, 5);
    out.put(15, 4);
    for length in ORDER_OF_LENGTHS {
        out.put(own_lengths[usize::from(length)].into(), 3);
    }
    let codes = huffman::codes(&own_lengths);
    for run in runs {
        out.put_code(&codes, run.symbol);
        out.put(run.extra, run.extra_bits);
    }
}

/// Equal lengths as the symbols that stand for them.
fn in_runs(equal: &[u8]) -> Vec<Symbol> {
    let value = equal.first().copied().unwrap_or_default();
    let (symbol, extra_bits, least, most, mut left) = match value {
        0 => (ZEROS, 7, 11, 138, equal.len()),
        _ => (AGAIN, 2, 3, 6, equal.len() - 1),
    };
    let single = || Symbol {
        symbol: value.into(),
        extra: 0,
        extra_bits: 0,
    };
    let mut runs = Vec::new();
    if value > 0 {
        runs.push(single());
    }
    while left >= least {
        let count = left.min(most);
        runs.push(Symbol {
            symbol,
            extra: (count - least) as u16,
            extra_bits,
        });
        left -= count;
    }
    runs.extend((0..left).map(|_| single()));
    runs
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
    out.put_code(first, END);
}
