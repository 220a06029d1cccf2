//! Prints how many bytes each file takes in brotli at its best quality, one number a line.
//!
//! Apart from `xtask` so that a newcomer's first command does not have to compile an encoder.

use std::path::Path;

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;

fn main() -> Result<()> {
    for path in std::env::args_os().skip(1) {
        println!("{}", size_of(Path::new(&path))?);
    }
    Ok(())
}

fn size_of(path: &Path) -> Result<usize> {
    let content = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    compressed_size(&content).with_context(|| format!("cannot compress {}", path.display()))
}

fn compressed_size(mut content: &[u8]) -> Result<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_costs_next_to_nothing() {
        let once = compressed_size(b"one action, one trace. ").unwrap();
        let often = compressed_size(&b"one action, one trace. ".repeat(1000)).unwrap();
        assert!(once > 10, "{once} bytes");
        assert!(often < 2 * once, "{often} bytes instead of {once}");
    }
}
