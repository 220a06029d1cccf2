//! Which traces cannot contain a word, told without reading their texts.
//!
//! A trace's text leaves a bit for each three bytes in a row, and each of its services three
//! bits, in a signature (a Bloom filter). A trace that lacks one of a word's bits lacks the
//! word. The signatures lie in an index, so that a word that is nowhere, which is looked
//! for in every trace, costs a scan of that index and hardly a text.

use std::error::Error;

use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
};

/// Hashes choose a bit by their low bits, so that a signature can have any power of two of them.
type Hash = u32;

/// Two in five bits are set at most, but for the longest texts.
const BITS_PER_TRIPLE: usize = 2;

/// From 64 to 512 bytes: few words, or all that a trace's text has room for.
const LEAST_BITS: usize = 512;
const MOST_BITS: usize = 4096;

/// The signature of a text in lower case and of services.
pub(super) fn of(text: &str, services: &[String]) -> Vec<u8> {
    let mut hashes = triples(text);
    hashes.sort_unstable();
    hashes.dedup();
    let bits = (hashes.len() * BITS_PER_TRIPLE).next_power_of_two();
    let mut signature = vec![0; bits.clamp(LEAST_BITS, MOST_BITS) / 8];
    hashes.extend(services.iter().flat_map(|name| service(name)));
    for hash in hashes {
        let (byte, bit) = place(hash, &signature);
        signature[byte] |= bit;
    }
    signature
}

/// Adds `may_contain(signature, words)`, which is about all of the words, and `may_come_from(signature, service)` to SQL.
pub(super) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("may_contain", 2, flags, |arguments| {
        has_all(arguments, |words| {
            words.split_whitespace().flat_map(triples).collect()
        })
    })?;
    connection.create_scalar_function("may_come_from", 2, flags, |arguments| {
        has_all(arguments, |name| service(name).to_vec())
    })
}

fn has_all(arguments: &Context<'_>, hashes: fn(&str) -> Vec<Hash>) -> rusqlite::Result<bool> {
    let hashes = arguments.get_or_create_aux(1, |text| {
        Ok::<_, Box<dyn Error + Send + Sync>>(hashes(text.as_str()?))
    })?;
    let signature = arguments.get_raw(0).as_blob().unwrap_or_default();
    Ok(contains(signature, &hashes))
}

/// What has no signature may contain anything.
fn contains(signature: &[u8], hashes: &[Hash]) -> bool {
    let is_set = |hash: &Hash| {
        let (byte, bit) = place(*hash, signature);
        signature[byte] & bit != 0
    };
    !signature.len().is_power_of_two() || hashes.iter().all(is_set)
}

/// The bit for a hash in a signature whose length is a power of two.
const fn place(hash: Hash, signature: &[u8]) -> (usize, u8) {
    ((hash as usize / 8) & (signature.len() - 1), 1 << (hash & 7))
}

fn triples(text: &str) -> Vec<Hash> {
    text.as_bytes().windows(3).map(hash).collect()
}

/// As a whole: names often differ in one character only.
fn service(name: &str) -> [Hash; 3] {
    let hash = hash(name.as_bytes());
    [hash, hash.rotate_left(11), hash.rotate_left(22)]
}

/// FNV-1a, and a multiplication (Fibonacci hashing), as it mixes few bytes badly.
fn hash(bytes: &[u8]) -> Hash {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let hash = bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as Hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(count: usize) -> String {
        let words = (0..count).map(|number| format!("/api/{:x}/", number * 0x9e37));
        words.collect()
    }

    #[test]
    fn a_text_has_the_bits_of_each_of_its_parts() {
        let text = "6a2b7c1e\nbackend-flask\nget /api/activities/home\n500\né";
        let signature = of(text, &[]);
        for start in 0..text.len() {
            for end in start..=text.len() {
                if let Some(word) = text.get(start..end) {
                    assert!(contains(&signature, &triples(word)), "{word}");
                }
            }
        }
    }

    #[test]
    fn a_word_that_is_not_there_mostly_shows_also_in_a_long_text() {
        let short = "backend-flask\nget /api/activities/home\nselect * from".to_owned();
        for text in [short, words(200), words(300)] {
            let signature = of(&text, &[]);
            let words = (0..1000).map(|number| format!("nothing-{number}"));
            let passed = words.filter(|word| contains(&signature, &triples(word)));
            assert!(passed.count() < 10, "{} bytes", text.len());
        }
    }

    #[test]
    fn at_most_half_of_the_bits_are_set() {
        for count in [1, 40, 100, 300] {
            let signature = of(&words(count), &[]);
            let set: usize = signature
                .iter()
                .map(|byte| byte.count_ones() as usize)
                .sum();
            assert!(
                set <= signature.len() * 4,
                "{set} of {}",
                signature.len() * 8
            );
        }
    }

    #[test]
    fn services_that_differ_in_a_character_are_told_apart() {
        let signature = of("", &["service-0".to_owned()]);
        assert!(contains(&signature, &service("service-0")));
        assert!(!contains(&signature, &service("service-3")));
    }
}
