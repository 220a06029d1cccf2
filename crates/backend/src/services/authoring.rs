//! Creates cruds and replies, and deletes cruds.

use api_types::{Activity, Code, NewActivity, NewReply, Timestamp, Ttl, validate};
use opentelemetry::KeyValue;
use uuid::Uuid;

use super::{User, crud_not_found};
use crate::{
    Error, clock,
    idempotency::{IdempotencyKey, fingerprint},
    store::{
        Pool,
        authoring::{self, Draft, DraftKind, Insertion},
        idempotency::{IdempotentRequest, StoredResponse},
        sweep,
    },
    telemetry::{Operation, set_attribute, set_user_handle},
};

const CREATE: Operation = Operation::new("create-activities", "create_activity");
const REPLY: Operation = Operation::new("create-activities", "create_reply");
const DELETE: Operation = Operation::new("create-activities", "delete_activity");

/// A created activity, in the form in which feeds return it.
#[derive(Debug)]
pub(crate) struct Created {
    pub(crate) activity: Activity,
    /// Whether an earlier request with the same key created it.
    pub(crate) is_replayed: bool,
}

/// Creates a crud.
pub(crate) async fn create(
    pool: &Pool,
    user: &User,
    new: &NewActivity,
    key: Option<IdempotencyKey>,
) -> Result<Created, Error> {
    CREATE
        .run(async {
            set_user_handle(&user.handle);
            let ttl = validate::new_activity(new).map_err(Error::Invalid)?;
            let request = idempotent(key, &["create", &new.message, ttl.as_str()]);
            let created_at = clock::now();
            let draft = Draft {
                uuid: &ordered_uuid(),
                user_id: user.id,
                message: &new.message,
                created_at,
                kind: DraftKind::Crud {
                    expires_at: expiry(created_at, ttl),
                },
            };
            let insertion = authoring::insert(pool, draft, request.as_ref()).await?;
            let mut created = created(user, draft, insertion, request.as_ref())?;
            let activity = &mut created.activity;
            activity.expires_at = activity.created_at.map(|from| expiry(from, ttl));
            Ok(created)
        })
        .await
}

/// Returns an id that is greater than all ids before it. Lists order rows of the same millisecond by
/// their ids.
pub(super) fn ordered_uuid() -> String {
    Uuid::now_v7().to_string()
}

/// Creates a reply.
pub(crate) async fn reply(
    pool: &Pool,
    user: &User,
    to_uuid: &str,
    new: &NewReply,
    key: Option<IdempotencyKey>,
) -> Result<Created, Error> {
    REPLY
        .run(async {
            set_user_handle(&user.handle);
            validate::new_reply(to_uuid, new).map_err(Error::Invalid)?;
            let request = idempotent(key, &["reply", to_uuid, &new.message]);
            let draft = Draft {
                uuid: &ordered_uuid(),
                user_id: user.id,
                message: &new.message,
                created_at: clock::now(),
                kind: DraftKind::Reply { to_uuid },
            };
            let insertion = authoring::insert(pool, draft, request.as_ref()).await?;
            let mut created = created(user, draft, insertion, request.as_ref())?;
            created.activity.reply_to_activity_uuid = Some(to_uuid.to_owned());
            Ok(created)
        })
        .await
}

/// Deletes a crud or reply of the account.
pub(crate) async fn delete(pool: &Pool, user: &User, uuid: &str) -> Result<(), Error> {
    DELETE
        .run(async {
            set_user_handle(&user.handle);
            match authoring::author_id(pool, uuid, clock::now()).await? {
                None => Err(crud_not_found()),
                Some(author) if author != user.id => {
                    Err(Error::Forbidden("Only its author can delete a crud."))
                }
                Some(_) => Ok(sweep::delete(pool, uuid).await?),
            }
        })
        .await
}

fn expiry(created_at: Timestamp, ttl: Ttl) -> Timestamp {
    Timestamp::from_millis(created_at.as_millis() + ttl.as_millis())
}

pub(super) fn idempotent(key: Option<IdempotencyKey>, input: &[&str]) -> Option<IdempotentRequest> {
    key.map(|IdempotencyKey(key)| IdempotentRequest {
        key,
        request_sha256: fingerprint(input),
    })
}

/// Builds the response. A repeated request has the same text as the first, so its response is the
/// same, whatever has happened to the crud since.
fn created(
    user: &User,
    draft: Draft<'_>,
    insertion: Insertion,
    request: Option<&IdempotentRequest>,
) -> Result<Created, Error> {
    let (uuid, created_at, is_replayed) = match insertion {
        Insertion::Inserted => (draft.uuid.to_owned(), draft.created_at, false),
        Insertion::ParentNotFound => return Err(crud_not_found()),
        Insertion::Replayed(stored) => {
            let (uuid, created_at) = check_replay(stored, request)?;
            (uuid, created_at, true)
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
    Ok(Created {
        activity,
        is_replayed,
    })
}

/// Returns the id and the time of the row that an earlier request with the same key wrote.
///
/// # Errors
/// That request was a different one.
pub(super) fn check_replay(
    stored: StoredResponse,
    request: Option<&IdempotentRequest>,
) -> Result<(String, Timestamp), Error> {
    if request.is_none_or(|request| request.request_sha256 != stored.request_sha256) {
        return Err(Error::Invalid(vec![Code::IdempotencyKeyReused]));
    }
    set_attribute(KeyValue::new("app.idempotent_replay", true));
    Ok((stored.uuid, stored.created_at))
}
