//! Inserts the demo data, with the same statements as all other data.

use std::collections::HashMap;

use anyhow::Context;
use api_types::Timestamp;
use uuid::Uuid;

use super::{
    accounts::{ACCOUNTS, Account, PASSWORD},
    cruds::{CRUDS, Crud},
};
use crate::{
    clock,
    password::Passwords,
    store::{
        Pool,
        authoring::{self, Draft, DraftKind},
        notifications,
        reactions::{self, Reaction, Target},
        users::{self, NewUser},
    },
};

const MILLIS_PER_MINUTE: i64 = 60_000;
const MILLIS_PER_DAY: i64 = 24 * 60 * MILLIS_PER_MINUTE;
const ACCOUNT_AGE_DAYS: i64 = 90;
/// Newer notifications are unread.
const LAST_VISIT_MINUTES: i64 = 225;

/// Account ids by handle.
type AccountIds = HashMap<&'static str, i64>;

/// Inserts the accounts if there are no accounts, and their cruds if all of them have expired.
///
/// # Errors
/// The database cannot be read or written.
pub async fn seed(pool: &Pool) -> anyhow::Result<()> {
    let now = clock::now();
    if !users::any(pool).await? {
        insert_accounts(pool, now).await?;
    }
    let ids = find_accounts(pool).await?;
    if ids.len() == ACCOUNTS.len() && !has_cruds(pool, &ids, now).await? {
        insert_cruds(pool, &ids, now).await?;
    }
    Ok(())
}

async fn insert_accounts(pool: &Pool, now: Timestamp) -> anyhow::Result<()> {
    let passwords = Passwords::default();
    for account in &ACCOUNTS {
        let hash = passwords
            .hash(PASSWORD.to_owned())
            .await
            .context("cannot hash the demo password")?;
        insert_account(pool, account, &hash, now).await?;
    }
    Ok(())
}

async fn insert_account(
    pool: &Pool,
    account: &Account,
    password_hash: &str,
    now: Timestamp,
) -> anyhow::Result<()> {
    let email = format!("{}@example.com", account.handle);
    let user = NewUser {
        handle: account.handle,
        display_name: account.display_name,
        bio: account.bio,
        email: &email,
        password_hash,
        created_at: before(now, ACCOUNT_AGE_DAYS * MILLIS_PER_DAY),
    };
    let id = users::insert(pool, user).await?;
    let last_visit = before(now, LAST_VISIT_MINUTES * MILLIS_PER_MINUTE);
    notifications::mark_read(pool, id, last_visit).await?;
    Ok(())
}

async fn find_accounts(pool: &Pool) -> anyhow::Result<AccountIds> {
    let mut ids = AccountIds::new();
    for account in &ACCOUNTS {
        if let Some(id) = users::id_of(pool, account.handle).await? {
            ids.insert(account.handle, id);
        }
    }
    Ok(ids)
}

async fn has_cruds(pool: &Pool, ids: &AccountIds, now: Timestamp) -> anyhow::Result<bool> {
    for handle in ids.keys() {
        let profile = users::profile(pool, handle, now).await?;
        if profile.is_some_and(|profile| profile.cruds_count > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A crud or reply to insert.
struct Entry {
    uuid: String,
    handle: &'static str,
    message: &'static str,
    created_at: Timestamp,
    kind: EntryKind,
}

enum EntryKind {
    Crud { expires_at: Timestamp },
    Reply { to_uuid: String },
}

/// Inserts the oldest entries first: search results are in the reverse order of insertion.
async fn insert_cruds(pool: &Pool, ids: &AccountIds, now: Timestamp) -> anyhow::Result<()> {
    let mut entries = Vec::new();
    let mut reactions = Vec::new();
    for crud in CRUDS {
        let entry = crud_entry(crud, now);
        let mut times = event_times(crud, entry.created_at, now);
        let reactions_count = reactions_to(crud).count();
        let uuid = entry.uuid.clone();
        reactions.push((
            crud,
            uuid.clone(),
            times.by_ref().take(reactions_count).collect(),
        ));
        entries.extend(reply_entries(crud, &uuid, times));
        entries.push(entry);
    }
    entries.sort_by_key(|entry| entry.created_at);
    for entry in &entries {
        insert_entry(pool, ids, entry).await?;
    }
    for (crud, uuid, times) in reactions {
        insert_reactions(pool, ids, crud, &uuid, times).await?;
    }
    Ok(())
}

fn crud_entry(crud: &Crud, now: Timestamp) -> Entry {
    let created_at = before(now, crud.minutes_ago * MILLIS_PER_MINUTE);
    Entry {
        uuid: Uuid::new_v4().to_string(),
        handle: crud.handle,
        message: crud.message,
        created_at,
        kind: EntryKind::Crud {
            expires_at: Timestamp::from_millis(created_at.as_millis() + crud.ttl.as_millis()),
        },
    }
}

fn reply_entries(
    crud: &'static Crud,
    to_uuid: &str,
    times: impl Iterator<Item = Timestamp>,
) -> impl Iterator<Item = Entry> {
    let replies = crud.replies.iter().zip(times);
    replies.map(move |((handle, message), created_at)| Entry {
        uuid: Uuid::new_v4().to_string(),
        handle,
        message,
        created_at,
        kind: EntryKind::Reply {
            to_uuid: to_uuid.to_owned(),
        },
    })
}

async fn insert_entry(pool: &Pool, ids: &AccountIds, entry: &Entry) -> anyhow::Result<()> {
    let draft = Draft {
        uuid: &entry.uuid,
        user_id: id(ids, entry.handle)?,
        message: entry.message,
        created_at: entry.created_at,
        kind: match &entry.kind {
            EntryKind::Crud { expires_at } => DraftKind::Crud {
                expires_at: *expires_at,
            },
            EntryKind::Reply { to_uuid } => DraftKind::Reply { to_uuid },
        },
    };
    authoring::insert(pool, draft, None).await?;
    Ok(())
}

fn reactions_to(crud: &Crud) -> impl Iterator<Item = (Reaction, &'static str)> {
    let likes = crud.liked_by.iter().map(|&handle| (Reaction::Like, handle));
    let reposts = crud.reposted_by.iter();
    likes.chain(reposts.map(|&handle| (Reaction::Repost, handle)))
}

async fn insert_reactions(
    pool: &Pool,
    ids: &AccountIds,
    crud: &Crud,
    uuid: &str,
    times: Vec<Timestamp>,
) -> anyhow::Result<()> {
    for ((reaction, handle), now) in reactions_to(crud).zip(times) {
        let target = Target {
            uuid,
            user_id: id(ids, handle)?,
            now,
        };
        reactions::add(pool, reaction, target).await?;
    }
    Ok(())
}

/// Returns the times of the reactions and replies: evenly spaced over the first half of the crud's
/// age.
fn event_times(
    crud: &Crud,
    since: Timestamp,
    now: Timestamp,
) -> impl Iterator<Item = Timestamp> + use<> {
    let events = crud.liked_by.len() + crud.reposted_by.len() + crud.replies.len();
    let step = (now.as_millis() - since.as_millis()) / 2 / (events as i64 + 1);
    (1..=events as i64).map(move |nth| Timestamp::from_millis(since.as_millis() + nth * step))
}

fn before(now: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(now.as_millis() - millis)
}

fn id(ids: &AccountIds, handle: &str) -> anyhow::Result<i64> {
    ids.get(handle)
        .copied()
        .with_context(|| format!("there is no demo account `{handle}`"))
}
