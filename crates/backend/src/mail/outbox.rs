//! A folder with the messages, for servers without SMTP.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{self, Path, PathBuf},
};

use uuid::Uuid;

/// The maximum number of messages in the folder. The oldest ones are deleted.
const MAX_FILES: usize = 500;
const EXTENSION: &str = "eml";

/// A folder that only its owner can read.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// Uses a folder, which the first message creates: most servers never send one.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: path::absolute(folder)?,
        })
    }

    /// Returns the absolute path of the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a message to a new file. Names are in the order of time.
    pub(super) fn write(&self, message: &[u8]) -> io::Result<()> {
        let name = Uuid::now_v7().to_string();
        self.create_folder()?;
        // Readers wait for the name of the complete file.
        let unfinished = self.folder.join(&name);
        let mut file = create(&unfinished)?;
        file.write_all(message)?;
        drop(file);
        fs::rename(
            &unfinished,
            self.folder.join(name).with_extension(EXTENSION),
        )?;
        self.delete_surplus()
    }

    fn create_folder(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)
    }

    fn delete_surplus(&self) -> io::Result<()> {
        let entries = fs::read_dir(&self.folder)?.flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|it| it == EXTENSION))
            .collect();
        files.sort();
        let surplus = files.len().saturating_sub(MAX_FILES);
        for file in &files[..surplus] {
            // Another delivery may have deleted it.
            let _ = fs::remove_file(file);
        }
        Ok(())
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn outbox_is_private_and_has_a_bounded_number_of_files() {
        let directory = TempDir::new().unwrap();
        let outbox = Outbox::new(&directory.path().join("new/outbox")).unwrap();
        for number in 0..MAX_FILES + 2 {
            outbox.write(number.to_string().as_bytes()).unwrap();
        }
        let files: Vec<_> = fs::read_dir(outbox.folder()).unwrap().flatten().collect();
        assert_eq!(files.len(), MAX_FILES);
        let newest = files.iter().map(|file| file.path()).max().unwrap();
        assert_eq!((mode(outbox.folder()), mode(&newest)), (0o700, 0o600));
        let texts: Vec<_> = files
            .iter()
            .map(|file| fs::read_to_string(file.path()).unwrap())
            .collect();
        assert!(!texts.contains(&"0".to_owned()));
    }
}
