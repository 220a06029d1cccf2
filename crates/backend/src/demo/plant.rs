//! Writes the demo data, through the same statements as everybody's.

use std::collections::HashMap;

use anyhow::{Context, anyhow};
use api_types::Timestamp;
use uuid::Uuid;

use super::{
    accounts::{ACCOUNTS, Account, PASSWORD},
    cruds::{CRUDS, Crud},
};
use crate::{
    Error, clock,
    password::Passwords,
    store::{
        Pool,
        authoring::{self, Draft},
        notifications,
        reactions::{self, Reaction, Target},
        users::{self, NewUser},
    },
};

const MILLIS_PER_MINUTE: i64 = 60_000;
const MILLIS_PER_DAY: i64 = 24 * 60 * MILLIS_PER_MINUTE;
const ACCOUNT_AGE_DAYS: i64 = 90;
/// What happened since is an unread notification.
const LAST_VISIT_MINUTES: i64 = 225;

/// Ids by handle.
type People = HashMap<&'static str, i64>;

/// Makes the accounts of a database without any, and the cruds where none of them lives.
pub async fn plant(pool: &Pool) -> anyhow::Result<()> {
    let now = clock::now();
    if !users::any(pool).await? {
        make_accounts(pool, now).await?;
    }
    let people = find_people(pool).await?;
    if people.len() == ACCOUNTS.len() && !any_alive(pool, &people, now).await? {
        write_all(pool, &people, now).await?;
    }
    Ok(())
}

async fn make_accounts(pool: &Pool, now: Timestamp) -> anyhow::Result<()> {
    let passwords = Passwords::default();
    for account in &ACCOUNTS {
        let hash = passwords
            .hash(PASSWORD.to_owned())
            .await
            .map_err(readable)?;
        make_account(pool, account, &hash, now).await?;
    }
    Ok(())
}

async fn make_account(
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
        created_at: earlier(now, ACCOUNT_AGE_DAYS * MILLIS_PER_DAY),
    };
    let id = users::insert(pool, user).await?;
    notifications::mark_read(
        pool,
        id,
        earlier(now, LAST_VISIT_MINUTES * MILLIS_PER_MINUTE),
    )
    .await?;
    Ok(())
}

async fn find_people(pool: &Pool) -> anyhow::Result<People> {
    let mut people = People::new();
    for account in &ACCOUNTS {
        if let Some(id) = users::id_of(pool, account.handle).await? {
            people.insert(account.handle, id);
        }
    }
    Ok(people)
}

async fn any_alive(pool: &Pool, people: &People, now: Timestamp) -> anyhow::Result<bool> {
    for handle in people.keys() {
        let profile = users::profile(pool, handle, now).await?;
        if profile.is_some_and(|profile| profile.cruds_count > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A crud, or a reply to one, before it is written.
struct Entry {
    uuid: String,
    handle: &'static str,
    message: &'static str,
    created_at: Timestamp,
    to: Recipient,
}

enum Recipient {
    Everybody { expires_at: Timestamp },
    Crud { uuid: String },
}

/// Writes the oldest cruds first: search orders by the time of writing, newest first.
async fn write_all(pool: &Pool, people: &People, now: Timestamp) -> anyhow::Result<()> {
    let mut entries = Vec::new();
    let mut reactions = Vec::new();
    for crud in CRUDS {
        let entry = crud_entry(crud, now);
        let mut moments = moments(crud, entry.created_at, now);
        let first = reactions_to(crud).count();
        let uuid = entry.uuid.clone();
        reactions.push((crud, uuid.clone(), moments.by_ref().take(first).collect()));
        entries.extend(reply_entries(crud, &uuid, moments));
        entries.push(entry);
    }
    entries.sort_by_key(|entry| entry.created_at);
    for entry in &entries {
        write(pool, people, entry).await?;
    }
    for (crud, uuid, moments) in reactions {
        react(pool, people, crud, &uuid, moments).await?;
    }
    Ok(())
}

fn crud_entry(crud: &Crud, now: Timestamp) -> Entry {
    let created_at = earlier(now, crud.minutes_ago * MILLIS_PER_MINUTE);
    Entry {
        uuid: Uuid::new_v4().to_string(),
        handle: crud.handle,
        message: crud.message,
        created_at,
        to: Recipient::Everybody {
            expires_at: Timestamp::from_millis(created_at.as_millis() + crud.ttl.as_millis()),
        },
    }
}

fn reply_entries(
    crud: &'static Crud,
    to_uuid: &str,
    moments: impl Iterator<Item = Timestamp>,
) -> impl Iterator<Item = Entry> {
    let replies = crud.replies.iter().zip(moments);
    replies.map(move |((handle, message), created_at)| Entry {
        uuid: Uuid::new_v4().to_string(),
        handle,
        message,
        created_at,
        to: Recipient::Crud {
            uuid: to_uuid.to_owned(),
        },
    })
}

async fn write(pool: &Pool, people: &People, entry: &Entry) -> anyhow::Result<()> {
    let draft = Draft {
        uuid: &entry.uuid,
        user_id: id(people, entry.handle)?,
        message: entry.message,
        created_at: entry.created_at,
    };
    match &entry.to {
        Recipient::Everybody { expires_at } => {
            authoring::insert_crud(pool, draft, *expires_at, None).await?;
        }
        Recipient::Crud { uuid } => {
            authoring::insert_reply(pool, draft, uuid, None).await?;
        }
    }
    Ok(())
}

fn reactions_to(crud: &Crud) -> impl Iterator<Item = (Reaction, &'static str)> {
    let likes = crud.liked_by.iter().map(|&handle| (Reaction::Like, handle));
    let reposts = crud.reposted_by.iter();
    likes.chain(reposts.map(|&handle| (Reaction::Repost, handle)))
}

async fn react(
    pool: &Pool,
    people: &People,
    crud: &Crud,
    uuid: &str,
    moments: Vec<Timestamp>,
) -> anyhow::Result<()> {
    for ((reaction, handle), now) in reactions_to(crud).zip(moments) {
        let target = Target {
            uuid,
            user_id: id(people, handle)?,
            now,
        };
        reactions::add(pool, reaction, target).await?;
    }
    Ok(())
}

/// When things happened to a crud: evenly over the first half of the time since.
fn moments(crud: &Crud, since: Timestamp, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let happened = crud.liked_by.len() + crud.reposted_by.len() + crud.replies.len();
    let step = (now.as_millis() - since.as_millis()) / 2 / (happened as i64 + 1);
    (1..=happened as i64).map(move |nth| Timestamp::from_millis(since.as_millis() + nth * step))
}

fn earlier(now: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(now.as_millis() - millis)
}

fn id(people: &People, handle: &str) -> anyhow::Result<i64> {
    people
        .get(handle)
        .copied()
        .with_context(|| format!("no demo account is called {handle}"))
}

fn readable(error: Error) -> anyhow::Error {
    anyhow!("cannot hash the demo password: {error:?}")
}
