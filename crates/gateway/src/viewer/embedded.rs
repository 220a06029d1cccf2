//! The viewer's files inside the program, each compressed with gzip.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// The name and the compressed content of each file, written by the build script. Empty if the viewer was not built
/// before the program.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/viewer_files.rs"));

/// Files inside the program.
#[derive(Clone, Debug)]
pub(super) struct EmbeddedFiles {
    files: Vec<(&'static str, &'static [u8])>,
}

impl EmbeddedFiles {
    pub(super) fn of_this_program() -> Self {
        Self::of(FILES.to_vec())
    }

    pub(super) const fn of(files: Vec<(&'static str, &'static [u8])>) -> Self {
        Self { files }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.compressed(name).is_some()
    }

    pub(super) fn compressed(&self, name: &str) -> Option<&'static [u8]> {
        let found = self.files.iter().find(|(other, _)| *other == name);
        found.map(|(_, content)| *content)
    }

    pub(super) fn decompressed(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let compressed = self.compressed(name).ok_or(io::ErrorKind::NotFound)?;
        MultiGzDecoder::new(compressed).read_to_end(&mut content)?;
        Ok(content)
    }

    pub(super) fn text(&self, name: &str) -> io::Result<String> {
        String::from_utf8(self.decompressed(name)?).map_err(io::Error::other)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    /// Returns compressed files, which live as long as the test.
    pub(in super::super) fn compressed(
        files: &[(&'static str, &str)],
    ) -> Vec<(&'static str, &'static [u8])> {
        let compress = |text: &str| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            &*encoder.finish().unwrap().leak()
        };
        files
            .iter()
            .map(|(name, text)| (*name, compress(text)))
            .collect()
    }

    /// Holds with and without a viewer in this build.
    #[test]
    fn embedded_files_can_be_read() {
        let files = EmbeddedFiles::of_this_program();
        for (name, _) in FILES {
            assert!(!files.decompressed(name).unwrap().is_empty(), "{name}");
        }
        assert_eq!(files.contains("index.html"), !FILES.is_empty());
        assert_eq!(
            files.text("missing").unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
