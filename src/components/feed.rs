//! A feed in each of its states: loading, failed, empty, loaded.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use crate::api::ApiError;
use crate::components::activity::Card;
use crate::components::load_more::LoadMore;
use crate::components::notice::LoadingFailed;
use crate::components::skeleton::Skeleton;
use crate::hooks::{FeedView, Newer, use_feed, use_progressive};
use crate::state::feed::LoadStatus;
use crate::state::source::Source;

#[derive(Properties, PartialEq)]
pub(crate) struct FeedProps {
    pub(crate) source: Source,
    /// Shown if the feed has no cruds.
    pub(crate) empty: Html,
    /// Shown if the feed does not exist.
    #[prop_or_default]
    pub(crate) missing: Html,
    /// Loads, but shows nothing yet.
    #[prop_or_default]
    pub(crate) hidden: bool,
    /// Renders the cruds.
    #[prop_or(Callback::from(cards))]
    pub(crate) layout: Callback<FeedView, Html>,
}

#[component]
pub(crate) fn Feed(props: &FeedProps) -> Html {
    let view = use_feed(&props.source);
    let is_shown = view.status == LoadStatus::Ready && !props.hidden;
    let shown = use_progressive(if is_shown { view.activities.len() } else { 0 });
    html! {
        <section hidden={props.hidden} aria-busy={(view.status == LoadStatus::Loading).then_some("true")}>
            { for view.newer.as_ref().map(newer) }
            { match &view.status {
                _ if props.hidden => html! {},
                LoadStatus::Loading => html! { <Skeleton /> },
                LoadStatus::Failed(ApiError::NotFound) => props.missing.clone(),
                LoadStatus::Failed(error) => html! { <LoadingFailed error={error.clone()} retry={&view.retry} /> },
                LoadStatus::Ready if view.activities.is_empty() => props.empty.clone(),
                LoadStatus::Ready => props.layout.emit(view.truncated(shown)),
            } }
        </section>
    }
}

/// Renders one card per crud, and the button that loads the next page.
fn cards(view: FeedView) -> Html {
    html! {
        <>
            <div>{ for view.activities.iter().enumerate().map(|(index, activity)| card(index, activity, &view)) }</div>
            <div>if !view.is_truncated { <LoadMore load={view.load_more} /> }</div>
        </>
    }
}

/// Announces new cruds. They are not inserted at once: what the user reads would move.
fn newer(newer: &Newer) -> Html {
    let more = if newer.has_more { "+" } else { "" };
    html! {
        <div class="newer" role="status">
            if newer.count > 0 {
                <button type="button" class="pill" onclick={&newer.show}>
                    { newer.count }{ more }{ " new" }
                </button>
            }
        </div>
    }
}

/// Renders a crud. The key includes the index for notifications, which may list one crud several times.
pub(crate) fn card(index: usize, activity: &Rc<Activity>, view: &FeedView) -> Html {
    let is_new = view.last_added.as_ref() == Some(&activity.uuid);
    let index = activity.notification.is_some().then_some(index);
    let key = format!("{}{index:?}", activity.uuid);
    html! { <Card {key} activity={activity.clone()} {is_new} /> }
}
