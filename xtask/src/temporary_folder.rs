//! A folder for temporary files that is removed on drop.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Its path is short, because browsers create sockets in it, whose paths are limited to about 100 bytes.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub(crate) fn new() -> Result<Self> {
        let path = env::temp_dir().join(format!("cruddur-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // A browser that has just ended may still remove its own files.
        for _ in 0..3 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_and_its_contents_are_removed_on_drop() {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().to_owned();
        fs::create_dir_all(path.join("profile/Default")).unwrap();
        fs::write(path.join("profile/Default/Cookies"), "").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
