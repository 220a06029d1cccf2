//! Loads a feed, and reloads it when the user retries, signs in or signs out. Back and Forward show it as it was.
//!
//! Each load is one future, so all its requests are in one trace, however long a rendering takes.

use std::rc::Rc;

use api_types::Timestamp;
use otel_web_yew::{use_action, use_load};
use yew::prelude::*;

use crate::api::activities::Page;
use crate::api::{self, ApiResult};
use crate::hooks::{is_back_or_forward, known_account, use_toasts};
use crate::state::feed::{Feed, FeedAction, LoadStatus};
use crate::state::session::{AuthState, Session, SessionAction};
use crate::state::source::Source;
use crate::state::{use_dispatch, use_store};

#[derive(Clone)]
pub(crate) struct FeedView {
    pub(crate) status: LoadStatus,
    pub(crate) activities: Vec<Rc<api_types::Activity>>,
    /// The UUID of the crud added last.
    pub(crate) last_added: Option<String>,
    /// Loads the first page again, after an error.
    pub(crate) retry: Callback<MouseEvent>,
    /// Loads the next page; `None` on the last page.
    pub(crate) load_more: Option<Callback<MouseEvent>>,
}

#[hook]
pub(crate) fn use_feed(source: &Source) -> FeedView {
    let feed = use_store::<Feed>();
    let generation = use_store::<Session>().generation;
    let attempt = use_state(|| 0_u32);
    let (dispatch, session) = (feed.dispatcher(), use_dispatch::<Session>());
    let is_kept = is_back_or_forward() && feed.has_left(source, generation);
    use_load(
        (source.clone(), generation, *attempt),
        move |(source, ..)| async move {
            if is_kept {
                dispatch.dispatch(FeedAction::Returned(source));
                return Ok(());
            }
            dispatch.dispatch(FeedAction::Requested(source.clone(), generation));
            if source == Source::Notifications && known_account().await == AuthState::SignedOut {
                return Ok(());
            }
            let result = api::activities::feed(&source).await;
            let unread = result.as_ref().ok().and_then(Page::unread_until);
            dispatch.dispatch(FeedAction::Received(source, result));
            match unread {
                Some(until) => mark_read(until, session).await,
                None => Ok(()),
            }
        },
    );
    let load_more = use_load_more(source, &feed);
    FeedView {
        status: feed.status(source).clone(),
        activities: feed.activities.clone(),
        last_added: feed.last_added.clone(),
        retry: Callback::from(move |_| attempt.set(*attempt + 1)),
        load_more: feed.next.is_some().then_some(load_more),
    }
}

/// Marks the shown notifications as read.
async fn mark_read(until: Timestamp, session: UseReducerDispatcher<Session>) -> ApiResult<()> {
    api::activities::read_notifications(until).await?;
    session.dispatch(SessionAction::NotificationsRead);
    Ok(())
}

#[hook]
fn use_load_more(source: &Source, feed: &UseReducerHandle<Feed>) -> Callback<MouseEvent> {
    let (source, next) = (source.clone(), feed.next.clone());
    let (dispatch, toasts) = (feed.dispatcher(), use_toasts());
    use_action("feed.load_more", move |_: MouseEvent| {
        let (source, next) = (source.clone(), next.clone());
        let (dispatch, toasts) = (dispatch.clone(), toasts.clone());
        async move {
            let Some(next) = next else { return Ok(()) };
            let page = api::activities::next_page(&source, &next).await;
            page.map(|page| dispatch.dispatch(FeedAction::Extended(source, page)))
                .inspect_err(|error| toasts.error(error))
        }
    })
}
