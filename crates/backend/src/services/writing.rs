//! Writing cruds and replies, and deleting one's own.

use api_types::{Activity, NewActivity, NewReply, Timestamp, validate};
use uuid::Uuid;

use super::{User, no_such_crud};
use crate::{
    Error, clock,
    store::{
        Pool,
        activities::{self, View},
        authoring::{self, Draft},
        sweep,
    },
    telemetry::{Operation, note_user},
};

const CREATE: Operation = Operation::new("create-activities", "create_activity");
const REPLY: Operation = Operation::new("create-activities", "create_reply");
const DELETE: Operation = Operation::new("create-activities", "delete_activity");

pub(crate) async fn create(pool: &Pool, user: &User, new: &NewActivity) -> Result<Activity, Error> {
    CREATE
        .run(async {
            note_user(user);
            let ttl = validate::new_activity(new).map_err(Error::Invalid)?;
            let now = clock::now();
            let uuid = Uuid::new_v4().to_string();
            let expires_at = Timestamp::from_millis(now.as_millis() + ttl.as_millis());
            authoring::insert_crud(pool, draft(user, &uuid, &new.message, now), expires_at).await?;
            written(pool, user, &uuid, now).await
        })
        .await
}

pub(crate) async fn reply(
    pool: &Pool,
    user: &User,
    to_uuid: &str,
    new: &NewReply,
) -> Result<Activity, Error> {
    REPLY
        .run(async {
            note_user(user);
            validate::new_reply(to_uuid, new).map_err(Error::Invalid)?;
            let now = clock::now();
            let uuid = Uuid::new_v4().to_string();
            let draft = draft(user, &uuid, &new.message, now);
            if !authoring::insert_reply(pool, draft, to_uuid).await? {
                return Err(no_such_crud());
            }
            written(pool, user, &uuid, now).await
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

fn draft<'a>(user: &User, uuid: &'a str, message: &'a str, created_at: Timestamp) -> Draft<'a> {
    Draft {
        uuid,
        user_id: user.id,
        message,
        created_at,
    }
}

/// What was written, as a feed would show it.
async fn written(pool: &Pool, user: &User, uuid: &str, now: Timestamp) -> Result<Activity, Error> {
    let view = View {
        viewer_id: Some(user.id),
        now,
    };
    activities::by_uuid(pool, view, uuid)
        .await?
        .ok_or_else(no_such_crud)
}
