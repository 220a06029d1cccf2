//! Removes cruds from the page when they expire.

use yew::prelude::*;

use crate::hooks::use_now::use_tick;
use crate::state::feed::{Feed, FeedAction};
use crate::state::use_dispatch;

/// Removes expired cruds every minute.
#[hook]
pub(crate) fn use_expiry() {
    let (feed, tick) = (use_dispatch::<Feed>(), use_tick());
    let last = use_mut_ref(|| tick);
    use_effect_with(tick, move |&until| {
        let after = last.replace(until);
        if after < until {
            feed.dispatch(FeedAction::Passed { after, until });
        }
    });
}
