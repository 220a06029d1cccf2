//! Loads a feed into the page's state, and again when the user asks for it or becomes someone else.

use std::rc::Rc;

use otel_web_yew::{use_action, use_load};
use yew::prelude::*;

use crate::api;
use crate::hooks::use_notices;
use crate::state::feed::{Feed, FeedAction, Status};
use crate::state::session::Session;
use crate::state::source::Source;
use crate::state::use_store;

#[derive(Clone)]
pub(crate) struct FeedView {
    pub(crate) status: Status,
    pub(crate) activities: Vec<Rc<api_types::Activity>>,
    pub(crate) arrived: Option<String>,
    /// Loads the first page again, after a failure.
    pub(crate) retry: Callback<MouseEvent>,
    /// Loads the next page; nothing when this was the last.
    pub(crate) more: Option<Callback<MouseEvent>>,
}

#[hook]
pub(crate) fn use_feed(source: &Source) -> FeedView {
    let feed = use_store::<Feed>();
    let turn = use_store::<Session>().turn;
    let attempt = use_state(|| 0_u32);
    let dispatch = feed.dispatcher();
    use_load(
        (source.clone(), turn, *attempt),
        move |(source, ..)| async move {
            dispatch.dispatch(FeedAction::Requested(source.clone()));
            let answer = api::activities::feed(&source).await;
            dispatch.dispatch(FeedAction::Received(source, answer));
        },
    );
    let more = use_more(source, &feed);
    FeedView {
        status: feed.status(source).clone(),
        activities: feed.activities.clone(),
        arrived: feed.arrived.clone(),
        retry: Callback::from(move |_| attempt.set(*attempt + 1)),
        more: feed.next.is_some().then_some(more),
    }
}

#[hook]
fn use_more(source: &Source, feed: &UseReducerHandle<Feed>) -> Callback<MouseEvent> {
    let (source, next) = (source.clone(), feed.next.clone());
    let (dispatch, notices) = (feed.dispatcher(), use_notices());
    use_action("feed.load_more", move |_: MouseEvent| {
        let (source, next) = (source.clone(), next.clone());
        let (dispatch, notices) = (dispatch.clone(), notices.clone());
        async move {
            let Some(next) = next else { return Ok(()) };
            let page = api::activities::next_page(&source, &next).await;
            page.map(|page| dispatch.dispatch(FeedAction::Extended(source, page)))
                .inspect_err(|failure| notices.failed(failure))
        }
    })
}
