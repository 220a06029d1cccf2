//! Opens the store, also when a disk has damaged the file.
//!
//! Then the file is kept under another name, for whoever wants to look at it, and a new one
//! begins with what can be read back (see [`salvage`]). The new one is complete before it
//! takes the old one's place: whoever ends the gateway meanwhile finds the old one, and
//! the next start begins again.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{
    Kept, OpenError, damage, files::with_suffix, log_check, queue, salvage, schema,
    schema::Location,
};
use crate::clock;

/// The connection that writes, and what there is.
pub(super) fn open(location: &Location, sinks: &[&str]) -> Result<(Connection, Kept), OpenError> {
    let path = location.path();
    let failed = |error: io::Error| OpenError::new(path, &error);
    finish_replacing(path).map_err(failed)?;
    // Not before: an empty file in the store's place would look like the old store.
    hardening::sqlite::make_private(path).map_err(failed)?;
    keep_damaged_log(path).map_err(failed)?;
    keep_foreign_version(location).map_err(failed)?;
    match open_known(location, sinks) {
        Err(error) if damage::is_of_file(&error) => {
            replace(location, sinks, &error).map_err(failed)?;
            open_known(location, sinks).map_err(|error| OpenError::new(path, &error))
        }
        outcome => outcome.map_err(|error| OpenError::new(path, &error)),
    }
}

fn open_known(location: &Location, sinks: &[&str]) -> rusqlite::Result<(Connection, Kept)> {
    let connection = location.open_writer()?;
    let kept = schema::kept(&connection)?;
    queue::prepare(&connection, sinks, kept)?;
    Ok((connection, kept))
}

/// A store of tables that this build does not know is another build's to read.
fn keep_foreign_version(location: &Location) -> io::Result<()> {
    // A file that cannot be read is looked at when it is opened.
    if let Ok(Some(version)) = location.foreign_version() {
        let path = location.path();
        let aside = aside(path, &format!("version-{version}"));
        move_to(path, &aside)?;
        let (file, aside) = (path.display(), aside.display());
        eprintln!(
            "store: {file} is of version {version}, which this gateway does not read. \
             It is kept as {aside}, and {file} begins anew"
        );
    }
    Ok(())
}

fn replace(location: &Location, sinks: &[&str], damage: &rusqlite::Error) -> io::Result<()> {
    let path = location.path();
    let aside = aside(path, "damaged");
    let (file, aside_file) = (path.display(), aside.display());
    eprintln!("store: {file} is damaged ({damage}) and is kept as {aside_file}");
    let new = replacement(path);
    match salvage::spans(&Location::new(&new), path, sinks) {
        Ok(spans) => eprintln!("store: {spans} spans of it could be read and are in a new {file}"),
        Err(error) => {
            eprintln!("store: none of it can be read ({error}): {file} begins anew");
            remove(&new)?;
        }
    }
    move_to(path, &aside)?;
    finish_replacing(path)
}

/// A replacement beside a store is not complete; one alone is.
fn finish_replacing(path: &Path) -> io::Result<()> {
    let new = replacement(path);
    match (path.exists(), new.exists()) {
        (_, false) => Ok(()),
        (true, true) => remove(&new),
        (false, true) => move_to(&new, path),
    }
}

fn replacement(path: &Path) -> PathBuf {
    with_suffix(path, ".new")
}

/// SQLite takes what it can of a log and then overwrites it.
fn keep_damaged_log(path: &Path) -> io::Result<()> {
    let log = with_suffix(path, "-wal");
    if log_check::is_damaged(&log)? {
        let copy = aside(&log, "damaged");
        std::fs::copy(&log, &copy)?;
        let (log, copy) = (log.display(), copy.display());
        eprintln!("store: {log} is damaged: the newest spans are missing. It is kept as {copy}");
    }
    Ok(())
}

fn aside(file: &Path, why: &str) -> PathBuf {
    let seconds = clock::now() / 1_000_000_000;
    with_suffix(file, &format!(".{why}-{seconds}"))
}

/// Database and log go together. The third file is an index that SQLite makes anew.
fn move_to(path: &Path, to: &Path) -> io::Result<()> {
    let log = with_suffix(path, "-wal");
    if log.exists() {
        std::fs::rename(log, with_suffix(to, "-wal"))?;
    }
    remove_if_there(&with_suffix(path, "-shm"))?;
    std::fs::rename(path, to)
}

fn remove(path: &Path) -> io::Result<()> {
    let parts = ["-wal", "-shm", ""].map(|suffix| with_suffix(path, suffix));
    parts.iter().try_for_each(|part| remove_if_there(part))
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
