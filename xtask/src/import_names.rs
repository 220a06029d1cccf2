//! Shortens what an optimized page spends on names.
//!
//! wasm-bindgen appends a hash to the name of each function that the module imports. The page has each hash twice, in the
//! module and in its script, and a hash cannot be compressed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// What the names of imported functions begin with.
const PREFIX: &[u8] = b"__wbg_";

/// The hexadecimal digits of a hash.
const HASH_LENGTH: usize = 16;

/// Replaces the hashes in the modules and scripts of the folder `dist` by numbers of the same length, so that no length in a
/// module changes.
pub(crate) fn shorten(dist: &Path) -> Result<()> {
    let scripts = files(dist, "js")?;
    let modules = files(dist, "wasm")?;
    let mut hashes = Vec::new();
    for script in &scripts {
        add_hashes(&fs::read(script)?, &mut hashes);
    }
    for path in scripts.iter().chain(&modules) {
        let mut content = fs::read(path)?;
        number(&mut content, &hashes);
        fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Returns the files of the folder with this extension.
pub(crate) fn files(dist: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dist).with_context(|| format!("cannot list {}", dist.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let paths: Vec<PathBuf> = paths.collect::<Result<_>>()?;
    let matches = |path: &PathBuf| path.extension().is_some_and(|it| it == extension);
    Ok(paths.into_iter().filter(matches).collect())
}

/// Adds the hashes of a script, each once, in the order in which they occur.
fn add_hashes(script: &[u8], hashes: &mut Vec<Vec<u8>>) {
    for start in positions(script, PREFIX) {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = script[start..].iter().take_while(|it| is_name(it)).count();
        if let Some(hash) = hash(&script[start..start + length])
            && !hashes.iter().any(|known| known == hash)
        {
            hashes.push(hash.to_owned());
        }
    }
}

/// Returns the hash at the end of a name.
fn hash(name: &[u8]) -> Option<&[u8]> {
    let (rest, hash) = name.split_at_checked(name.len().checked_sub(HASH_LENGTH)?)?;
    let is_hash = hash.iter().all(u8::is_ascii_hexdigit);
    (rest.ends_with(b"_") && is_hash).then_some(hash)
}

/// Replaces each hash by its index.
fn number(content: &mut [u8], hashes: &[Vec<u8>]) {
    for (index, hash) in hashes.iter().enumerate() {
        let number = format!("{index:0HASH_LENGTH$}");
        for start in positions(content, hash) {
            content[start..start + HASH_LENGTH].copy_from_slice(number.as_bytes());
        }
    }
}

fn positions(content: &[u8], pattern: &[u8]) -> Vec<usize> {
    let windows = content.windows(pattern.len()).enumerate();
    let matches = windows.filter(|(_, window)| *window == pattern);
    matches.map(|(start, _)| start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_become_numbers_of_the_same_length_in_script_and_module() {
        let script = b"__wbg_get_0a1b2c3d4e5f6071(a){},__wbg_get_ffffffffffffffff:1,__wbindgen_cast_0000000000000001";
        let mut hashes = Vec::new();
        add_hashes(script, &mut hashes);
        add_hashes(script, &mut hashes);
        let mut module =
            b"\x1a__wbg_get_ffffffffffffffff\x00__wbindgen_cast_0000000000000001".to_vec();
        number(&mut module, &hashes);
        let expected = b"\x1a__wbg_get_0000000000000001\x00__wbindgen_cast_0000000000000001";
        assert_eq!(module, expected);
        let mut numbered = script.to_vec();
        number(&mut numbered, &hashes);
        assert!(numbered.starts_with(b"__wbg_get_0000000000000000(a){},"));
    }

    #[test]
    fn name_without_a_hash_is_unchanged() {
        let mut hashes = Vec::new();
        add_hashes(
            b"function __wbg_get_imports() { __wbg_init(); }",
            &mut hashes,
        );
        assert_eq!(hashes, Vec::<Vec<u8>>::new());
    }
}
