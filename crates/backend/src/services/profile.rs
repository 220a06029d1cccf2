//! The profile of the signed-in account.

use api_types::{Profile, ProfileUpdate, validate};

use super::{User, user_not_found};
use crate::{
    Error, clock,
    store::{Pool, users},
    telemetry::{Operation, set_user_handle},
};

const UPDATE: Operation = Operation::new("accounts", "update_profile");

/// Changes the display name and the bio.
pub(crate) async fn update(
    pool: &Pool,
    user: &User,
    update: &ProfileUpdate,
) -> Result<Profile, Error> {
    UPDATE
        .run(async {
            set_user_handle(&user.handle);
            validate::profile_update(update).map_err(Error::Invalid)?;
            let (name, bio) = (update.display_name.trim(), update.bio.trim());
            users::update_profile(pool, user.id, name, bio).await?;
            let profile = users::profile(pool, &user.handle, clock::now()).await?;
            profile.ok_or_else(|| user_not_found(&user.handle))
        })
        .await
}
