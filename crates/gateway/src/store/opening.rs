//! Opens the store, and recovers a damaged file.
//!
//! The damaged file is kept under another name, and a new one begins with all rows that can be
//! read (see [`recover`]). The new file is complete before it replaces the old one. If the
//! gateway is killed meanwhile, the next start finds the old file and tries again.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use tracing::{error, info, warn};

use super::{
    OpenError, QueueId, StoreTotals, damage, files::with_suffix, log_check, queue, recover, schema,
    schema::Database,
};
use crate::clock;

/// Opens the connection that writes, and counts the stored records.
pub(super) fn open(
    database: &Database,
    queues: &[QueueId],
) -> Result<(Connection, StoreTotals), OpenError> {
    let path = database.path();
    let failed = |error: io::Error| OpenError::new(path, error);
    finish_replacing(path).map_err(failed)?;
    // Not earlier, because it creates an empty file, which would look like the old store.
    hardening::sqlite::make_private(path).map_err(failed)?;
    back_up_damaged_log(path).map_err(failed)?;
    back_up_unknown_version(database).map_err(failed)?;
    match open_known(database, queues) {
        Err(error) if damage::is_file_damage(&error) => {
            replace(database, queues, &error).map_err(failed)?;
            open_known(database, queues).map_err(|error| OpenError::new(path, error))
        }
        result => result.map_err(|error| OpenError::new(path, error)),
    }
}

fn open_known(
    database: &Database,
    queues: &[QueueId],
) -> rusqlite::Result<(Connection, StoreTotals)> {
    let connection = database.open_writer()?;
    let totals = schema::totals(&connection)?;
    queue::prepare(&connection, queues, totals)?;
    Ok((connection, totals))
}

/// Renames a store whose tables this build does not know.
fn back_up_unknown_version(database: &Database) -> io::Result<()> {
    // An unreadable file is handled when it is opened.
    if let Ok(Some(version)) = database.unknown_version() {
        let path = database.path();
        let backup = backup_path(path, &format!("version-{version}"));
        rename(path, &backup)?;
        let (file, backup) = (path.display(), backup.display());
        warn!(%file, version, %backup, "the store has an unsupported version; it is renamed and a new one is created");
    }
    Ok(())
}

fn replace(database: &Database, queues: &[QueueId], error: &rusqlite::Error) -> io::Result<()> {
    let path = database.path();
    let backup = backup_path(path, "damaged");
    let (file, backup_file) = (path.display(), backup.display());
    let damage = error as &dyn std::error::Error;
    error!(%file, error = damage, backup = %backup_file, "the store is damaged; it is renamed");
    let new = replacement(path);
    match recover::recover(&Database::new(&new), path, queues) {
        Ok(spans) => info!(%file, spans, "recovered spans into a new store"),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            error!(%file, error, "recovered no spans; a new store is created");
            remove(&new)?;
        }
    }
    rename(path, &backup)?;
    finish_replacing(path)
}

/// Renames a complete replacement, or deletes an incomplete one. A replacement is complete once
/// the old file is gone.
fn finish_replacing(path: &Path) -> io::Result<()> {
    let new = replacement(path);
    match (path.exists(), new.exists()) {
        (_, false) => Ok(()),
        (true, true) => remove(&new),
        (false, true) => rename(&new, path),
    }
}

fn replacement(path: &Path) -> PathBuf {
    with_suffix(path, ".new")
}

/// Copies a damaged log. SQLite uses the intact beginning of a log and then overwrites it.
fn back_up_damaged_log(path: &Path) -> io::Result<()> {
    let log = with_suffix(path, "-wal");
    if log_check::is_damaged(&log)? {
        let backup = backup_path(&log, "damaged");
        std::fs::copy(&log, &backup)?;
        let (log, backup) = (log.display(), backup.display());
        error!(%log, %backup, "the store's log is damaged and the newest spans are lost; it is copied");
    }
    Ok(())
}

fn backup_path(file: &Path, reason: &str) -> PathBuf {
    let seconds = clock::now() / 1_000_000_000;
    with_suffix(file, &format!(".{reason}-{seconds}"))
}

/// Renames the database and its log. SQLite recreates the third file, an index of the log.
fn rename(path: &Path, to: &Path) -> io::Result<()> {
    let log = with_suffix(path, "-wal");
    if log.exists() {
        std::fs::rename(log, with_suffix(to, "-wal"))?;
    }
    remove_if_exists(&with_suffix(path, "-shm"))?;
    std::fs::rename(path, to)
}

fn remove(path: &Path) -> io::Result<()> {
    let parts = ["-wal", "-shm", ""].map(|suffix| with_suffix(path, suffix));
    parts.iter().try_for_each(|part| remove_if_exists(part))
}

fn remove_if_exists(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
