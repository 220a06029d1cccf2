//! Opens the store, also when a disk has damaged the file.
//!
//! Then the file is kept under another name, for whoever wants to look at it, and a new one
//! begins with what can be read back (see [`salvage`]).

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{
    Kept, OpenError, damage, files::with_suffix, lock, log_check, queue, salvage, schema,
    schema::Location,
};
use crate::clock;

/// How every file of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The connection that writes, and what there is.
pub(super) fn open(location: &Location, sinks: &[&str]) -> Result<(Connection, Kept), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::new(location.path(), &error);
    let kept = keep_damaged_log(location.path());
    kept.map_err(|error| OpenError::new(location.path(), &error))?;
    let opened = location.open_writer();
    match opened.and_then(|connection| prepared(connection, sinks)) {
        Err(error) if damage::is_of_file(&error) => begin_anew(location, sinks, &error),
        outcome => outcome.map_err(failed),
    }
}

fn prepared(connection: Connection, sinks: &[&str]) -> rusqlite::Result<(Connection, Kept)> {
    queue::prepare(&connection, sinks)?;
    let kept = schema::kept(&connection)?;
    Ok((connection, kept))
}

fn begin_anew(
    location: &Location,
    sinks: &[&str],
    damage: &rusqlite::Error,
) -> Result<(Connection, Kept), OpenError> {
    let path = location.path();
    let aside = move_aside(path).map_err(|error| OpenError::new(path, &error))?;
    let failed = |error: rusqlite::Error| OpenError::new(path, &error);
    let (file, aside_file) = (path.display(), aside.display());
    eprintln!("store: {file} is damaged ({damage}) and is kept as {aside_file}");
    let mut connection = location.open_writer().map_err(failed)?;
    match salvage::spans(&mut connection, &aside, sinks) {
        Ok(spans) => eprintln!("store: {spans} spans of it could be read and are in a new {file}"),
        Err(error) => eprintln!("store: none of it can be read ({error}): {file} begins anew"),
    }
    prepared(connection, sinks).map_err(failed)
}

/// SQLite takes what it can of a log and then overwrites it.
fn keep_damaged_log(path: &Path) -> io::Result<()> {
    let log = with_suffix(path, "-wal");
    if log_check::is_damaged(&log)? {
        let copy = damaged(&log);
        std::fs::copy(&log, &copy)?;
        let (log, copy) = (log.display(), copy.display());
        eprintln!("store: {log} is damaged: the newest spans are missing. It is kept as {copy}");
    }
    Ok(())
}

fn damaged(file: &Path) -> PathBuf {
    let seconds = clock::now() / 1_000_000_000;
    with_suffix(file, &format!(".damaged-{seconds}"))
}

/// Database and log go together. The third file is an index that SQLite makes anew.
fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = damaged(path);
    std::fs::rename(path, &aside)?;
    let log = with_suffix(path, "-wal");
    if log.exists() {
        std::fs::rename(log, with_suffix(&aside, "-wal"))?;
    }
    match std::fs::remove_file(with_suffix(path, "-shm")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(aside),
    }
}

/// A file that is no database and that no gateway has used: somebody named the wrong one,
/// and it is not ours to move.
pub(super) fn refuse_foreign(path: &Path) -> io::Result<()> {
    let mut beginning = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(MAGIC.len() as u64).read_to_end(&mut beginning)?,
        Err(_) => 0,
    };
    let is_store = beginning.is_empty() || beginning == MAGIC || lock::path(path).exists();
    is_store
        .then_some(())
        .ok_or_else(|| io::Error::other("this file is no store of a gateway, and is left alone"))
}
