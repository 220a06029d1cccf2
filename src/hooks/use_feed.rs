//! Loads a feed, and reloads it when the user retries, signs in or signs out. Back and Forward show it as it was.
//!
//! Each load is one future, so all its requests are in one trace, however long a rendering takes.

use std::rc::Rc;

use api_types::Timestamp;
use otel_web_yew::use_load;
use yew::prelude::*;

use crate::api::activities::Page;
use crate::api::{self, ApiResult};
use crate::hooks::{Newer, is_back_or_forward, known_account, use_newer, use_retry};
use crate::state::extension::Extension;
use crate::state::feed::{Feed, FeedAction, LoadStatus};
use crate::state::retry::Retry;
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
    /// Loads the next page.
    pub(crate) load_more: LoadMore,
    /// More cruds are in the feed than in this view. They are shown in a moment, before the next page can be loaded.
    pub(crate) is_truncated: bool,
    pub(crate) newer: Option<Newer>,
}

/// How the next page is loaded.
#[derive(Clone, PartialEq)]
pub(crate) struct LoadMore {
    /// The URL of the next page; `None` on the last page.
    pub(crate) next: Option<AttrValue>,
    pub(crate) extension: Extension,
    pub(crate) onclick: Callback<MouseEvent>,
    /// The user scrolls towards the end.
    pub(crate) onapproach: Callback<()>,
}

impl FeedView {
    /// Returns the view with the first cruds only.
    pub(crate) fn truncated(&self, shown: usize) -> Self {
        let mut view = self.clone();
        if shown < view.activities.len() {
            view.activities.truncate(shown);
            view.is_truncated = true;
        }
        view
    }
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
    let newer = use_newer(source, &feed);
    FeedView {
        status: feed.status(source).clone(),
        activities: feed.activities.clone(),
        last_added: feed.last_added.clone(),
        retry: Callback::from(move |_| attempt.set(*attempt + 1)),
        load_more,
        is_truncated: false,
        newer,
    }
}

/// Marks the shown notifications as read.
async fn mark_read(until: Timestamp, session: UseReducerDispatcher<Session>) -> ApiResult<()> {
    api::activities::read_notifications(until).await?;
    session.dispatch(SessionAction::NotificationsRead);
    Ok(())
}

#[hook]
fn use_load_more(source: &Source, feed: &UseReducerHandle<Feed>) -> LoadMore {
    let (source, next) = (source.clone(), feed.next.clone());
    let dispatch = feed.dispatcher();
    let work = Retry::new("feed.load_more", move || {
        let (source, next, dispatch) = (source.clone(), next.clone(), dispatch.clone());
        async move {
            let Some(next) = next else { return Ok(()) };
            dispatch.dispatch(FeedAction::Extending(source.clone()));
            let page = api::activities::next_page(&source, &next).await;
            page.inspect_err(|_| dispatch.dispatch(FeedAction::NotExtended(source.clone())))
                .map(|page| dispatch.dispatch(FeedAction::Extended(source, page)))
        }
    });
    LoadMore {
        next: feed.next.clone().map(AttrValue::from),
        extension: feed.extension,
        onclick: use_retry(&work),
        onapproach: use_retry(&work),
    }
}
