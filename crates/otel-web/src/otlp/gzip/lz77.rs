//! Repetitions: bytes that stood there before are replaced by how far back and how many.
//!
//! Only the two latest places with the same start are looked at. Going through all earlier ones, as
//! zlib does, saves a twentieth of the bytes and takes three times as long, on the page's main thread.

/// Shorter ones are not looked for: a reference costs about as much.
const SHORTEST: usize = 4;
/// DEFLATE's limit is 258, which has a code of its own; one less needs no exception.
const LONGEST: usize = 257;
const WINDOW: usize = 32 * 1024;
const HASH_BITS: u32 = 12;

/// A literal byte, or a match: length and distance as DEFLATE's codes count them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Literal(u8),
    /// Length less 3, distance less 1.
    Repeat(u8, u16),
}

/// For each hash of four bytes the two latest places where they stood.
type Places = Vec<[usize; 2]>;

pub(super) fn tokens(input: &[u8]) -> Vec<Token> {
    let mut places = vec![[0; 2]; 1 << HASH_BITS];
    let mut tokens = Vec::with_capacity(input.len() / 4);
    let mut at = 0;
    while let Some(rest) = input.get(at..)
        && let Some(byte) = rest.first()
    {
        let earlier = note(&mut places, rest, at);
        let [one, other] = earlier.map(|place| (repeated(input, rest, at, place), at - place));
        let (length, distance) = if other.0 > one.0 { other } else { one };
        if length < SHORTEST {
            tokens.push(Token::Literal(*byte));
            at += 1;
            continue;
        }
        tokens.push(Token::Repeat((length - 3) as u8, (distance - 1) as u16));
        for inside in at + 1..at + length {
            note(&mut places, input.get(inside..).unwrap_or_default(), inside);
        }
        at += length;
    }
    tokens
}

/// Notes where these bytes stand, and tells where they stood before.
fn note(places: &mut Places, rest: &[u8], at: usize) -> [usize; 2] {
    let known = rest.first_chunk().and_then(|start| {
        let hash = u32::from_le_bytes(*start).wrapping_mul(0x9e37_79b1);
        places.get_mut((hash >> (32 - HASH_BITS)) as usize)
    });
    known.map_or([at; 2], |places| {
        let [latest, _] = *places;
        std::mem::replace(places, [at, latest])
    })
}

/// How many bytes from here on are the same as at an earlier place.
fn repeated(input: &[u8], rest: &[u8], at: usize, place: usize) -> usize {
    if !(1..WINDOW).contains(&(at - place)) {
        return 0;
    }
    let pairs = input.iter().skip(place).zip(rest).take(LONGEST);
    pairs.take_while(|(one, other)| one == other).count()
}
