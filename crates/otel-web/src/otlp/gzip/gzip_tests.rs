//! The compressor against flate2's decoder, and against its budget on spans as pages make them.

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
fn nothing_one_byte_and_many_equal_bytes_come_back() {
    for input in [vec![], vec![7], vec![0; 100_000]] {
        assert_eq!(decoded(&gzip(&input)), input);
    }
    assert!(gzip(&[0; 100_000]).len() < 500);
}

proptest! {
    #[test]
    fn arbitrary_bytes_come_back(input in vec(any::<u8>(), 0..3000)) {
        prop_assert_eq!(decoded(&gzip(&input)), input);
    }

    /// Few symbols and long repetitions, also from beyond the window.
    #[test]
    fn repetitions_come_back(
        words in vec(vec(0..4_u8, 1..40), 1..20),
        order in vec(any::<prop::sample::Index>(), 0..5000),
    ) {
        let words: Vec<_> = order.iter().map(|index| index.get(&words)).collect();
        let input: Vec<u8> = words.into_iter().flatten().copied().collect();
        prop_assert_eq!(decoded(&gzip(&input)), input);
    }
}

/// A full batch: 58 bytes a span, 16 KiB in all. And not much more than zlib at its best, which takes several
/// times as long.
#[test]
fn spans_as_pages_make_them_stay_within_the_budget() {
    let request = mix::request(240);
    let size = gzip(&request).len();
    assert!(size <= 240 * 58, "{} bytes a span", size as f64 / 240.0);
    let mut zlib = GzEncoder::new(&request[..], Compression::best());
    let best = zlib.read_to_end(&mut Vec::new()).unwrap();
    assert!(size * 100 <= best * 115, "{size} bytes, zlib {best}");
}
