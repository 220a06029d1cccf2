//! Loads a feed, and reloads it when the user retries, signs in or signs out. Back and Forward show it as it was.

use std::rc::Rc;

use otel_web_yew::{use_action, use_load};
use yew::prelude::*;

use crate::api;
use crate::hooks::{is_back_or_forward, use_toasts};
use crate::state::feed::{Feed, FeedAction, LoadStatus};
use crate::state::session::Session;
use crate::state::source::Source;
use crate::state::use_store;

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
    let dispatch = feed.dispatcher();
    let is_kept = is_back_or_forward() && feed.has_left(source, generation);
    use_load(
        (source.clone(), generation, *attempt),
        move |(source, ..)| async move {
            if is_kept {
                return dispatch.dispatch(FeedAction::Returned(source));
            }
            dispatch.dispatch(FeedAction::Requested(source.clone(), generation));
            let result = api::activities::feed(&source).await;
            dispatch.dispatch(FeedAction::Received(source, result));
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
