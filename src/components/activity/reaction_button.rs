//! The Like and Repost buttons. Updates the page at once, and reverts if the request fails.

use std::rc::Rc;

use api_types::Activity;
use otel_web_yew::use_action;
use yew::prelude::*;

use super::counter::with_counter;
use crate::api::{self, ApiResult};
use crate::components::icon::Icon;
use crate::format::count_label;
use crate::hooks::{Toasts, use_auth_guard, use_toasts};
use crate::state::after_sign_in::AfterSignIn;
use crate::state::feed::{Feed, FeedAction};
use crate::state::reaction::Reaction;
use crate::state::retry::Retry;
use crate::state::use_dispatch;

#[derive(Properties, PartialEq)]
pub(crate) struct ReactionButtonProps {
    pub(crate) activity: Rc<Activity>,
    pub(crate) reaction: Reaction,
}

#[component]
pub(crate) fn ReactionButton(props: &ReactionButtonProps) -> Html {
    let ReactionButtonProps { activity, reaction } = props;
    let (label, class, icon, one, many) = match reaction {
        Reaction::Like => ("Like", "like", Icon::Heart, "like", "likes"),
        Reaction::Repost => ("Repost", "repost", Icon::Repost, "repost", "reposts"),
    };
    let count = reaction.count(activity);
    let onclick = use_toggle(activity, *reaction);
    let button = html! {
        <button type="button" class={classes!("action", class)} aria-label={label} {onclick}
            aria-pressed={reaction.is_set(activity).to_string()} aria-description={count_label(count, one, many)}>
            { icon.draw() }
        </button>
    };
    with_counter(button, count)
}

#[hook]
fn use_toggle(activity: &Rc<Activity>, reaction: Reaction) -> Callback<MouseEvent> {
    let on = !reaction.is_set(activity);
    let (guard, toasts) = (use_auth_guard(), use_toasts());
    let toggle = Toggle {
        uuid: activity.uuid.clone(),
        reaction,
        on,
        feed: use_dispatch(),
        toasts: toasts.clone(),
    };
    let work = Retry::new(reaction.action(on), move || toggle.clone().run()).after_sign_in(on);
    use_action(reaction.action(on), move |_: MouseEvent| {
        let is_allowed = guard.allows(AfterSignIn::of(Some(work.clone())));
        let (toasts, work) = (toasts.clone(), work.clone());
        async move {
            if is_allowed {
                toasts.attempt(work).await
            } else {
                Ok(())
            }
        }
    })
}

#[derive(Clone)]
struct Toggle {
    uuid: String,
    reaction: Reaction,
    on: bool,
    feed: UseReducerDispatcher<Feed>,
    toasts: Toasts,
}

impl Toggle {
    async fn run(self) -> ApiResult<()> {
        self.show(self.on);
        let counts = api::activities::react(&self.uuid, self.reaction, self.on).await;
        let counts = counts.inspect_err(|_| self.show(!self.on))?;
        self.feed.dispatch(FeedAction::CountsUpdated {
            uuid: self.uuid,
            counts,
        });
        self.toasts.info(self.reaction.success_text(self.on));
        Ok(())
    }

    fn show(&self, on: bool) {
        let (uuid, reaction) = (self.uuid.clone(), self.reaction);
        self.feed
            .dispatch(FeedAction::Reacted { uuid, reaction, on });
    }
}
