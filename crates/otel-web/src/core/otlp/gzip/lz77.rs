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
    while let Some(rest) = input.get(at..)
        && let Some(byte) = rest.first()
    {
        let earlier = insert(&mut positions, rest, at);
        let [one, other] =
            earlier.map(|position| (match_length(input, rest, at, position), at - position));
        let (length, distance) = if other.0 > one.0 { other } else { one };
        if length < MIN_MATCH_BYTES {
            tokens.push(Token::Literal(*byte));
            at += 1;
            continue;
        }
        tokens.push(Token::Match((length - 3) as u8, (distance - 1) as u16));
        for inside in at + 1..at + length {
            insert(
                &mut positions,
                input.get(inside..).unwrap_or_default(),
                inside,
            );
        }
        at += length;
    }
    tokens
}

/// Inserts the position of the next four bytes, and returns their last two positions.
fn insert(positions: &mut Positions, rest: &[u8], at: usize) -> [usize; 2] {
    let known = rest.first_chunk().and_then(|start| {
        let hash = u32::from_le_bytes(*start).wrapping_mul(0x9e37_79b1);
        positions.get_mut((hash >> (32 - HASH_BITS)) as usize)
    });
    known.map_or([at; 2], |positions| {
        let [latest, _] = *positions;
        std::mem::replace(positions, [at, latest])
    })
}

/// Returns how many bytes are the same as at an earlier position.
fn match_length(input: &[u8], rest: &[u8], at: usize, position: usize) -> usize {
    if !(1..WINDOW_BYTES).contains(&(at - position)) {
        return 0;
    }
    let pairs = input.iter().skip(position).zip(rest).take(MAX_MATCH_BYTES);
    pairs.take_while(|(one, other)| one == other).count()
}
