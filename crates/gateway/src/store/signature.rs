//! Which traces cannot contain a word, told without reading their texts.
//!
//! A trace's text leaves a bit for each three bytes in a row, and one for each service, in
//! a signature of eight integers (a Bloom filter). A trace that lacks one of a word's bits
//! lacks the word. The signatures lie in an index, so that a word that is nowhere, which
//! is looked for in every trace, costs a scan of that index and hardly a text.

/// That a column has the bits of the value, which is bound twice.
pub(super) const HAS_BITS: [&str; 8] = [
    "w0 & ? = ?",
    "w1 & ? = ?",
    "w2 & ? = ?",
    "w3 & ? = ?",
    "w4 & ? = ?",
    "w5 & ? = ?",
    "w6 & ? = ?",
    "w7 & ? = ?",
];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signature(pub(super) [i64; 8]);

impl Signature {
    /// Of a text, or of a word that is looked for in texts. In lower case.
    pub(super) fn of_text(text: &str) -> Self {
        let mut signature = Self::default();
        for three in text.as_bytes().windows(3) {
            signature.set(hash(three));
        }
        signature
    }

    /// A service leaves bits as a whole: names often differ in one character only.
    pub(super) fn with_service(mut self, name: &str) -> Self {
        let hash = hash(name.as_bytes());
        for bit in [hash, hash >> 9, hash >> 18] {
            self.set(bit);
        }
        self
    }

    fn set(&mut self, hash: u64) {
        let (column, bit) = (hash >> 6 & 7, hash & 63);
        self.0[column as usize] |= 1 << bit;
    }
}

/// FNV-1a, and a multiplication (Fibonacci hashing), as it mixes few bytes badly.
fn hash(bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let hash = bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_contain(text: Signature, word: Signature) -> bool {
        let mut pairs = text.0.iter().zip(word.0);
        pairs.all(|(text, word)| text & word == word)
    }

    #[test]
    fn a_text_has_the_bits_of_each_of_its_parts() {
        let text = "6a2b7c1e\nbackend-flask\nget /api/activities/home\n500\né";
        let signature = Signature::of_text(text);
        for start in 0..text.len() {
            for end in start..=text.len() {
                if let Some(word) = text.get(start..end) {
                    assert!(may_contain(signature, Signature::of_text(word)), "{word}");
                }
            }
        }
    }

    #[test]
    fn a_word_that_is_not_there_mostly_shows() {
        let text = Signature::of_text("backend-flask\nget /api/activities/home\nselect * from");
        let words = (0..1000).map(|number| format!("nothing-{number}"));
        let passed = words.filter(|word| may_contain(text, Signature::of_text(word)));
        assert!(passed.count() < 10);
    }

    #[test]
    fn services_that_differ_in_a_character_are_told_apart() {
        let signature = |name| Signature::default().with_service(name);
        assert!(!may_contain(signature("service-0"), signature("service-3")));
    }
}
