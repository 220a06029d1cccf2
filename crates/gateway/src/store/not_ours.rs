//! Rejects files that belong to other programs.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{lock, schema::APPLICATION_ID};

/// The first bytes of an SQLite file, and the position of its application id:
/// <https://www.sqlite.org/fileformat2.html#the_database_header>.
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION_ID_OFFSET: usize = 68;

/// Returns an error if the file has content and no gateway has used it, so that a mistyped path
/// does not change or move another program's file. A store with a damaged header is accepted,
/// because it has its lock file beside it.
pub(super) fn reject(path: &Path) -> io::Result<()> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header)?,
        Err(_) => 0,
    };
    let is_ours = header.is_empty() || has_application_id(&header) || lock::path(path).exists();
    is_ours
        .then_some(())
        .ok_or_else(|| io::Error::other("this file is not a gateway's store; it is left unchanged"))
}

fn has_application_id(header: &[u8]) -> bool {
    let id = header.get(APPLICATION_ID_OFFSET..APPLICATION_ID_OFFSET + 4);
    header.starts_with(MAGIC) && id == Some(&APPLICATION_ID.to_be_bytes())
}
