//! Repetitions: bytes that stood there before are replaced by how far back and how many.

/// Shorter ones are not looked for: a reference costs about as much.
const SHORTEST: usize = 4;
/// DEFLATE's limit is 258, which has a code of its own; one less needs no exception.
const LONGEST: usize = 257;
/// One of this length is taken without a look at what starts a byte later.
const LONG_ENOUGH: usize = 24;
const WINDOW: usize = 32 * 1024;
/// How many earlier places with the same start are compared before the best of them is taken.
const TRIES: usize = 24;
const HASH_BITS: u32 = 12;

/// A literal byte, or a repetition: length and distance as DEFLATE's codes count them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Literal(u8),
    /// Length less 3, distance less 1.
    Repeat(u8, u16),
}

/// For each hash of four bytes the latest place where they stood, counted from one; and for each
/// place of the window how far back its predecessor is. Zero: there is none.
struct Places {
    count: usize,
    latest: Vec<u32>,
    back: Vec<u16>,
}

pub(super) fn tokens(input: &[u8]) -> Vec<Token> {
    let mut places = Places {
        count: 0,
        latest: vec![0; 1 << HASH_BITS],
        back: vec![0; WINDOW],
    };
    let mut tokens = Vec::with_capacity(input.len() / 4);
    let mut rest = input;
    let mut next = places.longest_repeat(input, rest);
    while let Some((byte, after)) = rest.split_first() {
        let (length, distance) = next;
        places.add(rest);
        next = (0, 0);
        if length < LONG_ENOUGH {
            next = places.longest_repeat(input, after);
        }
        rest = after;
        // A longer one that starts a byte later is worth the wait.
        if length < SHORTEST || next.0 > length {
            tokens.push(Token::Literal(*byte));
            continue;
        }
        tokens.push(Token::Repeat((length - 3) as u8, (distance - 1) as u16));
        for _ in 1..length {
            places.add(rest);
            rest = rest.get(1..).unwrap_or_default();
        }
        next = places.longest_repeat(input, rest);
    }
    tokens
}

impl Places {
    fn add(&mut self, rest: &[u8]) {
        let at = self.count % WINDOW;
        self.count += 1;
        if let Some(latest) = self.latest.get_mut(hash(rest)) {
            let back = self.count - *latest as usize;
            let is_near = *latest > 0 && back < WINDOW;
            *latest = self.count as u32;
            self.back[at] = if is_near { back as u16 } else { 0 };
        }
    }

    /// Length and distance of the best repetition that starts here, `(0, 0)` if there is none.
    fn longest_repeat(&self, input: &[u8], rest: &[u8]) -> (usize, usize) {
        let at = input.len() - rest.len();
        let mut best = (0, 0);
        let latest = self.latest.get(hash(rest)).copied().unwrap_or_default();
        let mut back = at + 1 - latest as usize;
        let mut distance = 0;
        for _ in 0..TRIES {
            distance += back;
            if distance > at || distance >= WINDOW || back == 0 {
                break;
            }
            let candidate = at - distance;
            let length = common(input.get(candidate..).unwrap_or_default(), rest);
            if length > best.0 {
                best = (length, distance);
            }
            back = self.back[candidate % WINDOW].into();
        }
        best
    }
}

fn common(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other).take(LONGEST);
    pairs.take_while(|(one, other)| one == other).count()
}

fn hash(rest: &[u8]) -> usize {
    let word = rest
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes));
    (word.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}
