//! Whether a file is a gateway's store, before anything is done to it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::{lock, schema::APPLICATION_ID};

/// How every file of SQLite begins, and where it says whose it is:
/// <https://www.sqlite.org/fileformat2.html#the_database_header>.
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// A file that no gateway has used: somebody named the wrong one, and it is not ours to
/// change or to move. A store whose header a disk has damaged has its lock beside it.
pub(super) fn refuse(path: &Path) -> io::Result<()> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header)?,
        Err(_) => 0,
    };
    let is_store = header.is_empty() || is_marked(&header) || lock::path(path).exists();
    is_store
        .then_some(())
        .ok_or_else(|| io::Error::other("this file is no store of a gateway, and is left alone"))
}

fn is_marked(header: &[u8]) -> bool {
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    header.starts_with(MAGIC) && id == Some(&APPLICATION_ID.to_be_bytes())
}
