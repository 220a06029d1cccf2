//! Writing cruds and replies, and deleting one's own.

use api_types::{Activity, Code, NewActivity, NewReply, Timestamp, validate};
use opentelemetry::KeyValue;
use uuid::Uuid;

use super::{User, no_such_crud};
use crate::{
    Error, clock,
    idempotency::{IdempotencyKey, fingerprint},
    store::{
        Pool,
        authoring::{self, Draft, Written},
        idempotency::Keyed,
        sweep,
    },
    telemetry::{Operation, note, note_user},
};

const CREATE: Operation = Operation::new("create-activities", "create_activity");
const REPLY: Operation = Operation::new("create-activities", "create_reply");
const DELETE: Operation = Operation::new("create-activities", "delete_activity");

/// What was written, as a feed would show it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) activity: Activity,
    /// Whether an earlier request with the same key wrote it.
    pub(crate) is_replayed: bool,
}

pub(crate) async fn create(
    pool: &Pool,
    user: &User,
    new: &NewActivity,
    key: IdempotencyKey,
) -> Result<Answer, Error> {
    CREATE
        .run(async {
            note_user(user);
            let ttl = validate::new_activity(new).map_err(Error::Invalid)?;
            let keyed = keyed(key, &["create", &new.message, ttl.as_str()]);
            let uuid = Uuid::new_v4().to_string();
            let draft = draft(user, &uuid, &new.message, clock::now());
            let expiry =
                |from: Timestamp| Timestamp::from_millis(from.as_millis() + ttl.as_millis());
            let expires_at = expiry(draft.created_at);
            let written = authoring::insert_crud(pool, draft, expires_at, keyed.as_ref()).await?;
            let mut answer = answer(user, draft, written, keyed.as_ref())?;
            answer.activity.expires_at = answer.activity.created_at.map(expiry);
            Ok(answer)
        })
        .await
}

pub(crate) async fn reply(
    pool: &Pool,
    user: &User,
    to_uuid: &str,
    new: &NewReply,
    key: IdempotencyKey,
) -> Result<Answer, Error> {
    REPLY
        .run(async {
            note_user(user);
            validate::new_reply(to_uuid, new).map_err(Error::Invalid)?;
            let keyed = keyed(key, &["reply", to_uuid, &new.message]);
            let uuid = Uuid::new_v4().to_string();
            let draft = draft(user, &uuid, &new.message, clock::now());
            let written = authoring::insert_reply(pool, draft, to_uuid, keyed.as_ref()).await?;
            let mut answer = answer(user, draft, written, keyed.as_ref())?;
            answer.activity.reply_to_activity_uuid = Some(to_uuid.to_owned());
            Ok(answer)
        })
        .await
}

pub(crate) async fn delete(pool: &Pool, user: &User, uuid: &str) -> Result<(), Error> {
    DELETE
        .run(async {
            note_user(user);
            match authoring::author_id(pool, uuid, clock::now()).await? {
                None => Err(no_such_crud()),
                Some(author) if author != user.id => {
                    Err(Error::Forbidden("Only its author can delete a crud."))
                }
                Some(_) => Ok(sweep::delete(pool, uuid).await?),
            }
        })
        .await
}

fn keyed(IdempotencyKey(key): IdempotencyKey, request: &[&str]) -> Option<Keyed> {
    key.map(|key| Keyed {
        key,
        request_sha256: fingerprint(request),
    })
}

fn draft<'a>(user: &User, uuid: &'a str, message: &'a str, created_at: Timestamp) -> Draft<'a> {
    Draft {
        uuid,
        user_id: user.id,
        message,
        created_at,
    }
}

/// The answer to the first request is made again for a repeated one: the text is in both, and it
/// says the same whatever happened to the crud since.
fn answer(
    user: &User,
    draft: Draft<'_>,
    written: Written,
    keyed: Option<&Keyed>,
) -> Result<Answer, Error> {
    let (uuid, created_at, is_replayed) = match written {
        Written::New => (draft.uuid.to_owned(), draft.created_at, false),
        Written::NoParent => return Err(no_such_crud()),
        Written::Before(earlier) => {
            if keyed.is_none_or(|keyed| keyed.request_sha256 != earlier.request_sha256) {
                return Err(Error::Invalid(vec![Code::IdempotencyKeyReused]));
            }
            note(KeyValue::new("app.idempotent_replay", true));
            (earlier.activity_uuid, earlier.created_at, true)
        }
    };
    let activity = Activity {
        uuid,
        handle: user.handle.clone(),
        display_name: user.display_name.clone(),
        message: draft.message.to_owned(),
        created_at: Some(created_at),
        ..Activity::default()
    };
    Ok(Answer {
        activity,
        is_replayed,
    })
}
