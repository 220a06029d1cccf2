//! LZ77: repeated bytes are replaced by the distance and length of an earlier occurrence.
//!
//! Only the last two positions with the same first bytes are compared. Comparing all earlier ones, as
//! zlib does, saves a twentieth of the size and takes three times as long on the page's main thread.

/// The minimum length of a match. A shorter one saves nothing.
const MIN_MATCH_BYTES: usize = 4;
/// The maximum length of a match. DEFLATE allows 258, but encodes it differently from all others.
const MAX_MATCH_BYTES: usize = 257;
const WINDOW_BYTES: usize = 32 * 1024;
const HASH_BITS: u32 = 12;
/// The distance of the positions within a match that are inserted. Inserting all of them takes longer, and the output is
/// 2 % larger: they displace positions at which other matches begin.
const INSERT_EVERY: usize = 8;

/// A literal byte or a match. Length and distance have the offsets of DEFLATE's codes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Literal(u8),
    /// The length minus 3, and the distance minus 1.
    Match(u8, u16),
}

/// For each hash of four bytes, the last two positions at which they occurred.
type Positions = Vec<[usize; 2]>;

pub(super) fn tokens(input: &[u8]) -> Vec<Token> {
    let mut positions = vec![[0; 2]; 1 << HASH_BITS];
    let mut tokens = Vec::with_capacity(input.len() / 4);
    let mut at = 0;
    while let Some(byte) = input.get(at) {
        let (length, distance) = longest_match(&mut positions, input, at);
        if length < MIN_MATCH_BYTES {
            tokens.push(Token::Literal(*byte));
            at += 1;
            continue;
        }
        tokens.push(Token::Match((length - 3) as u8, (distance - 1) as u16));
        for inside in (at + 1..at + length).step_by(INSERT_EVERY) {
            insert(&mut positions, input, inside);
        }
        at += length;
    }
    tokens
}

/// Returns the length and distance of the longer match. Inserts the position.
fn longest_match(positions: &mut Positions, input: &[u8], at: usize) -> (usize, usize) {
    let [latest, earlier] = insert(positions, input, at);
    let length = match_length(input, at, latest);
    // Most matches at the earlier position end no later, which one byte shows.
    if input.get(earlier + length) == input.get(at + length) {
        let other = match_length(input, at, earlier);
        if other > length {
            return (other, at - earlier);
        }
    }
    (length, at - latest)
}

/// Inserts the position of the next four bytes, and returns their last two positions.
fn insert(positions: &mut Positions, input: &[u8], at: usize) -> [usize; 2] {
    let start = input.get(at..).and_then(<[u8]>::first_chunk);
    let known = start.and_then(|start| {
        let hash = u32::from_le_bytes(*start).wrapping_mul(0x9e37_79b1);
        positions.get_mut((hash >> (32 - HASH_BITS)) as usize)
    });
    known.map_or([at; 2], |positions| {
        let [latest, _] = *positions;
        std::mem::replace(positions, [at, latest])
    })
}

/// Returns how many bytes are the same as at an earlier position. Compares eight bytes at a time.
fn match_length(input: &[u8], at: usize, position: usize) -> usize {
    if !(1..WINDOW_BYTES).contains(&(at - position)) {
        return 0;
    }
    let rest = input.get(at..).unwrap_or_default();
    let rest = rest.get(..MAX_MATCH_BYTES).unwrap_or(rest);
    let earlier = input.get(position..).unwrap_or_default();
    let words = earlier.as_chunks::<8>().0.iter().zip(rest.as_chunks().0);
    let mut length = 0;
    for (one, other) in words {
        let differing = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        length += differing.trailing_zeros() as usize / 8;
        if differing != 0 {
            return length;
        }
    }
    let bytes = earlier.iter().zip(rest).skip(length);
    length + bytes.take_while(|(one, other)| one == other).count()
}
