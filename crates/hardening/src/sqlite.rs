//! Databases that only their owner can read.
//!
//! SQLite creates a database with the permissions that the umask leaves, and its log and index with
//! those of the database. So the database is created before SQLite opens it, with mode 0600.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

/// Suffixes of files with data of the database: SQLite's own files, and copies beside the database.
const SUFFIXES: [&str; 8] = [
    "-wal",
    "-shm",
    "-journal",
    "-lock",
    ".new",
    ".damaged-",
    ".version-",
    ".backup",
];

/// Creates the database if it is absent, and sets its mode and that of the files beside it to 0600.
///
/// Files beside the database whose mode cannot be changed, such as those of other users, are
/// skipped.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let database = folder.path().join("app.db");
/// hardening::sqlite::make_private(&database)?;
/// // Now open it with SQLite.
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the file cannot be created.
pub fn make_private(database: &Path) -> io::Result<()> {
    drop(open_private(database)?);
    let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else {
        return Ok(());
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let Some(name) = name.to_str() else {
        return restrict(database);
    };
    // A folder that cannot be listed may still be usable.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file_name = entry.file_name();
        let rest = file_name.to_str().and_then(|file| file.strip_prefix(name));
        if rest.is_some_and(is_of_database) {
            // It may belong to another user, or be deleted by now.
            let _ = restrict(&entry.path());
        }
    }
    Ok(())
}

/// Opens a file for writing without truncating it, and creates it with mode 0600 if it is absent.
///
/// For a database, use [`make_private`], which includes the files beside it.
///
/// # Errors
/// When the file cannot be opened.
pub fn open_private(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER_ONLY);
    options.open(file)
}

/// Read and write permission for the owner only.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;

fn is_of_database(rest: &str) -> bool {
    rest.is_empty() || SUFFIXES.iter().any(|suffix| rest.starts_with(suffix))
}

#[cfg(unix)]
fn restrict(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(file)?;
    let is_open = metadata.permissions().mode() & 0o777 & !OWNER_ONLY != 0;
    if metadata.is_file() && is_open {
        fs::set_permissions(file, fs::Permissions::from_mode(OWNER_ONLY))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_database_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        make_private(&database).unwrap();
        assert_eq!(mode(&database), 0o600);
        assert_eq!(fs::metadata(&database).unwrap().len(), 0);
    }

    #[test]
    fn existing_files_become_private_and_other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let own = [
            "a.db",
            "a.db-wal",
            "a.db-shm",
            "a.db-lock",
            "a.db.version-5-1",
            "a.db.damaged-1-wal",
            "a.db-wal.damaged-1",
        ];
        for name in own.iter().chain(&["a.db.txt", "b.db"]) {
            fs::write(file(name), "content").unwrap();
            fs::set_permissions(file(name), fs::Permissions::from_mode(0o644)).unwrap();
        }
        make_private(&file("a.db")).unwrap();
        for name in own {
            assert_eq!(mode(&file(name)), 0o600, "{name}");
        }
        assert_eq!(
            (mode(&file("a.db.txt")), mode(&file("b.db"))),
            (0o644, 0o644)
        );
        assert_eq!(fs::read_to_string(file("a.db")).unwrap(), "content");
    }
}
