//! Databases that only their owner can read.
//!
//! SQLite creates a database readable for everyone whom the umask does not exclude, and gives
//! its log and its index the mode of the database. So the database is created before SQLite
//! opens it, with the right mode.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

/// How the names of files go on that hold what the database holds, or held: SQLite's own, and
/// those that are kept beside it.
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

/// Creates the database's file when it is absent, and makes it and the files beside it readable
/// and writable for their owner only.
///
/// Files of other users are left as they are: what cannot be changed is not reported.
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
    // A folder that cannot be listed can still be used.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let file_name = entry.file_name();
        let rest = file_name.to_str().and_then(|file| file.strip_prefix(name));
        if rest.is_some_and(is_of_database) {
            // It may be another user's, or gone by now.
            let _ = restrict(&entry.path());
        }
    }
    Ok(())
}

/// Opens a file for writing, and creates it for its owner only when it is absent. What is in it
/// stays.
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

/// Of a file that its owner may read and write, and nobody else may.
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
    fn new_database_is_readable_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        make_private(&database).unwrap();
        assert_eq!(mode(&database), 0o600);
        assert_eq!(fs::metadata(&database).unwrap().len(), 0);
    }

    #[test]
    fn files_of_an_older_version_are_closed_and_neighbors_are_left_alone() {
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
            fs::write(file(name), "kept").unwrap();
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
        assert_eq!(fs::read_to_string(file("a.db")).unwrap(), "kept");
    }
}
