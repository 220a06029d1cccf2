//! Prints the size of each file in brotli and in gzip at the best levels: two numbers on a line.
//!
//! It is not part of `xtask`, so a newcomer's first command does not compile encoders.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<()> {
    for path in std::env::args_os().skip(1) {
        let path = Path::new(&path);
        let content =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        println!("{} {}", in_brotli(&content)?, in_gzip(&content)?);
    }
    Ok(())
}

fn in_brotli(mut content: &[u8]) -> Result<usize> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    Ok(brotli::BrotliCompress(
        &mut content,
        &mut compressed,
        &parameters,
    )?)
}

fn in_gzip(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_compressed() {
        for compressed_size in [in_brotli, in_gzip] {
            let once = compressed_size(b"one action, one trace. ").unwrap();
            let often = compressed_size(&b"one action, one trace. ".repeat(1000)).unwrap();
            assert!(once > 10, "{once} bytes");
            assert!(often < 4 * once, "{often} bytes instead of {once}");
        }
    }
}
