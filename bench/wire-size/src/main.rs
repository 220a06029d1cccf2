//! Prints the size of each file in brotli and in gzip at the best levels: two numbers on a line.
//!
//! With `--write` as the first argument, it also writes the compressed contents beside the files, to `.br` and `.gz`,
//! for a server that sends precompressed files.
//!
//! It is not part of `xtask`, so a newcomer's first command does not compile encoders.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<()> {
    let mut paths = std::env::args_os().skip(1).peekable();
    let write = paths.next_if(|first| first == "--write").is_some();
    for path in paths {
        let path = Path::new(&path);
        let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let (brotli, gzip) = (in_brotli(&content)?, in_gzip(&content)?);
        println!("{} {}", brotli.len(), gzip.len());
        if write {
            save(&beside(path, ".br"), &brotli)?;
            save(&beside(path, ".gz"), &gzip)?;
        }
    }
    Ok(())
}

/// Appends `extension` to the name of a file.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(extension));
    name.into()
}

fn save(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn in_brotli(mut content: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut content, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Compresses without a name and a time, so that the same content gives the same bytes.
fn in_gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_compressed() {
        for compress in [in_brotli, in_gzip] {
            let once = compress(b"one action, one trace. ").unwrap().len();
            let often = compress(&b"one action, one trace. ".repeat(1000))
                .unwrap()
                .len();
            assert!(once > 10, "{once} bytes");
            assert!(often < 4 * once, "{often} bytes instead of {once}");
        }
    }

    #[test]
    fn extension_is_appended() {
        assert_eq!(beside(Path::new("a/b.js"), ".br"), Path::new("a/b.js.br"));
    }
}
