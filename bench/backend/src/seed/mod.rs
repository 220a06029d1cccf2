//! Fills the tables of a stopped back end of any version. The database's triggers update the derived columns.

pub(crate) mod postgres;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rusqlite::{Connection, params};
use tokio::time::sleep;

const CRUDS: u32 = 100_000;
/// Every message has two of them.
const WORDS: [&str; 16] = [
    "honor",
    "battle",
    "prune",
    "juice",
    "station",
    "captain",
    "warp",
    "shuttle",
    "trader",
    "tailor",
    "empire",
    "treaty",
    "opera",
    "bloodwine",
    "targ",
    "ambassador",
];

const INSERT_CRUDS: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
    INSERT INTO activities (uuid, user_id, message, created_at, expires_at)
    SELECT printf('00000000-0000-4000-8000-%012d', n), 1 + n % (SELECT count(*) FROM users),
           'the common ' || (?2 ->> (n % 16)) || ' and ' || (?2 ->> (n / 16 % 16)) || ' number ' || n,
           unixepoch() * 1000 - (?1 - n), unixepoch() * 1000 + 86400000
    FROM numbers";

const INSERT_HASHTAGS: &str = "
    INSERT OR IGNORE INTO activity_hashtags (tag, activity_id, label)
    SELECT 'topic' || (id % 200), id, 'Topic' || (id % 200) FROM activities WHERE id % 4 = 0";

const INSERT_REPLIES: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
    INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id)
    SELECT printf('00000000-0000-4000-9000-%012d', n), 1 + n % 5, 'the common reply ' || n,
           a.created_at + n, a.expires_at, a.id
    FROM numbers, (SELECT * FROM activities WHERE uuid = ?2) AS a";

/// Of activities that the server adds to the search index. Older builds do it by triggers.
const BACKLOG: &str = "search_backlog";
const INSERT_BACKLOG: &str = "INSERT INTO search_backlog SELECT max(id) + 1 FROM activities";
/// A build that does not complete its search index within this time is an error.
const BACKLOG_TIMEOUT: Duration = Duration::from_secs(300);

/// Users with the password of the first one, after which the authors of cruds are chosen.
const INSERT_USERS: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
    INSERT INTO users (handle, display_name, email, password_hash, created_at)
    SELECT 'visitor' || n, 'Visitor ' || n, 'visitor' || n || '@example.com',
           (SELECT password_hash FROM users WHERE id = 1), unixepoch() * 1000
    FROM numbers";

/// Inserts users.
pub(crate) fn add_users(file: &Path, users: u32) -> Result<()> {
    Connection::open(file)?.execute(INSERT_USERS, params![users])?;
    Ok(())
}

/// Inserts cruds, and replies to the newest crud. Returns the UUID of the newest crud.
pub(crate) fn fill(file: &Path, replies: u32) -> Result<String> {
    let mut connection = Connection::open(file)?;
    let words = serde_json::Value::from(WORDS.to_vec()).to_string();
    let newest = format!("00000000-0000-4000-8000-{CRUDS:012}");
    let transaction = connection.transaction()?;
    transaction.execute(INSERT_CRUDS, params![CRUDS, words])?;
    transaction.execute(INSERT_HASHTAGS, [])?;
    transaction.execute(INSERT_REPLIES, params![replies, newest])?;
    if transaction.table_exists(None, BACKLOG)? {
        transaction.execute(INSERT_BACKLOG, [])?;
    }
    transaction.commit()?;
    Ok(newest)
}

/// Waits until a running back end has added all activities to its search index.
pub(crate) async fn wait_for_backlog(file: &Path) -> Result<()> {
    let connection = Connection::open(file)?;
    if !connection.table_exists(None, BACKLOG)? {
        return Ok(());
    }
    let begin = Instant::now();
    while connection.query_row("SELECT EXISTS (SELECT 1 FROM search_backlog)", [], |row| {
        row.get(0)
    })? {
        ensure!(
            begin.elapsed() < BACKLOG_TIMEOUT,
            "the search index is not complete"
        );
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
