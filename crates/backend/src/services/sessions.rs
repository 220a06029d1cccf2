//! The sessions of the signed-in account.

use api_types::SessionInfo;

use super::{User, account::session_id};
use crate::{
    Error, clock,
    store::{Pool, sessions},
    telemetry::{Operation, set_user_handle},
};

const LIST: Operation = Operation::new("accounts", "list_sessions");
const REVOKE: Operation = Operation::new("accounts", "revoke_session");

/// Returns the sessions of the account, last used first. `token` is that of the request.
pub(crate) async fn list(
    pool: &Pool,
    user: &User,
    token: Option<&str>,
) -> Result<Vec<SessionInfo>, Error> {
    LIST.run(async {
        set_user_handle(&user.handle);
        let current = token.map(session_id).unwrap_or_default();
        Ok(sessions::list(pool, user.id, &current, clock::now()).await?)
    })
    .await
}

/// Ends a session of the account, and returns whether it was that of the request.
pub(crate) async fn revoke(
    pool: &Pool,
    user: &User,
    uuid: &str,
    token: Option<&str>,
) -> Result<bool, Error> {
    REVOKE
        .run(async {
            set_user_handle(&user.handle);
            let ended = sessions::revoke(pool, user.id, uuid).await?;
            let ended = ended.ok_or_else(|| {
                Error::NotFound("This session does not exist, or it has ended.".to_owned())
            })?;
            Ok(token.map(session_id) == Some(ended))
        })
        .await
}
