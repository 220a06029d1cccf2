//! Compares the encoder with flate2, and checks its compression ratio on typical spans.

mod sample_spans;

use std::io::Read;

use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut decoded).unwrap();
    decoded
}

#[test]
fn edge_cases_are_decoded() {
    for input in [vec![], vec![7], vec![0; 100_000]] {
        assert_eq!(decoded(&gzip(&input)), input);
    }
    assert!(gzip(&[0; 100_000]).len() < 500);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_decoded(input in vec(any::<u8>(), 0..3000)) {
        prop_assert_eq!(decoded(&gzip(&input)), input);
    }

    /// Covers few symbols and long repetitions, also of bytes outside of the window.
    #[test]
    fn repetitions_are_decoded(
        words in vec(vec(0..4_u8, 1..40), 1..20),
        order in vec(any::<prop::sample::Index>(), 0..5000),
    ) {
        let words: Vec<_> = order.iter().map(|index| index.get(&words)).collect();
        let input: Vec<u8> = words.into_iter().flatten().copied().collect();
        prop_assert_eq!(decoded(&gzip(&input)), input);
    }
}

/// A full batch has at most 58 bytes per span and 16 KiB in total, and at most 15 % more than with
/// zlib's best level, which takes several times as long.
#[test]
fn typical_batch_stays_within_the_size_budget() {
    let request = sample_spans::request(240);
    let size = gzip(&request).len();
    assert!(size <= 240 * 58, "{} bytes per span", size as f64 / 240.0);
    let mut zlib = GzEncoder::new(&request[..], Compression::best());
    let best = zlib.read_to_end(&mut Vec::new()).unwrap();
    assert!(size * 100 <= best * 115, "{size} bytes, zlib {best}");
}
