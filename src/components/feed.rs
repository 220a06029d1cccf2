//! A feed in each of its states: loading, failed, empty, there.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use crate::api::Failure;
use crate::components::activity::Card;
use crate::components::icon::Icon;
use crate::components::notice::Notice;
use crate::components::skeleton::Skeleton;
use crate::hooks::{FeedView, use_feed};
use crate::state::feed::Status;
use crate::state::source::Source;

#[derive(Properties, PartialEq)]
pub(crate) struct FeedProps {
    pub(crate) source: Source,
    /// What to show where there are no cruds.
    pub(crate) empty: Html,
    /// What to show where the back end knows no such feed.
    #[prop_or_default]
    pub(crate) missing: Html,
    /// How the cruds are laid out.
    #[prop_or(Callback::from(cards))]
    pub(crate) layout: Callback<FeedView, Html>,
}

#[component]
pub(crate) fn Feed(props: &FeedProps) -> Html {
    let view = use_feed(&props.source);
    html! {
        <section aria-busy={(view.status == Status::Loading).then_some("true")}>
            { match &view.status {
                Status::Loading => html! { <Skeleton /> },
                Status::Failed(Failure::NotFound) => props.missing.clone(),
                Status::Failed(failure) => failed(failure, &view.retry),
                Status::Ready if view.activities.is_empty() => props.empty.clone(),
                Status::Ready => props.layout.emit(view.clone()),
            } }
        </section>
    }
}

fn failed(failure: &Failure, retry: &Callback<MouseEvent>) -> Html {
    html! {
        <Notice icon={Icon::Cloud} title="That did not load" text={failure.to_string()} urgent=true>
            <button type="button" class="pill" onclick={retry.clone()}>{ "Retry" }</button>
        </Notice>
    }
}

/// One card per crud, and the way to the next page below them.
fn cards(view: FeedView) -> Html {
    html! {
        <>
            <div>{ for view.activities.iter().enumerate().map(|(at, activity)| card(at, activity, &view)) }</div>
            { load_more(&view) }
        </>
    }
}

/// The way to the next page, where there is one.
pub(crate) fn load_more(view: &FeedView) -> Html {
    html! {
        <div class="more">
            if let Some(more) = &view.more {
                <button type="button" class="pill quiet" onclick={more.clone()}>{ "Load more" }</button>
            }
        </div>
    }
}

/// Keyed by its crud; among notifications, where one crud may stand several times, by its place too.
pub(crate) fn card(at: usize, activity: &Rc<Activity>, view: &FeedView) -> Html {
    let arrived = view.arrived.as_ref() == Some(&activity.uuid);
    let place = activity.notification.is_some().then_some(at);
    let key = format!("{}{place:?}", activity.uuid);
    html! { <Card {key} activity={activity.clone()} {arrived} /> }
}
