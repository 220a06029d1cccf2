//! Like and repost. Shown at once, and taken back when the server refuses.

use std::rc::Rc;

use api_types::Activity;
use otel_web_yew::use_action;
use yew::prelude::*;

use super::actions::counter;
use crate::api;
use crate::components::icon::Icon;
use crate::format::in_words;
use crate::hooks::{use_gate, use_notices};
use crate::state::feed::{Feed, FeedAction};
use crate::state::mark::Mark;
use crate::state::use_dispatch;

#[derive(Properties, PartialEq)]
pub(crate) struct MarkButtonProps {
    pub(crate) activity: Rc<Activity>,
    pub(crate) mark: Mark,
}

#[component]
pub(crate) fn MarkButton(props: &MarkButtonProps) -> Html {
    let MarkButtonProps { activity, mark } = props;
    let (label, class, icon, one, many) = match mark {
        Mark::Like => ("Like", "like", Icon::Heart, "like", "likes"),
        Mark::Repost => ("Repost", "repost", Icon::Repost, "repost", "reposts"),
    };
    let count = mark.count(activity);
    let onclick = use_toggle(activity, *mark);
    html! {
        <button type="button" class={classes!("act", class)} aria-label={label} {onclick}
            aria-pressed={mark.is_on(activity).to_string()} aria-description={in_words(count, one, many)}>
            { icon.draw() }
            { counter(count) }
        </button>
    }
}

#[hook]
fn use_toggle(activity: &Rc<Activity>, mark: Mark) -> Callback<MouseEvent> {
    let (uuid, on) = (activity.uuid.clone(), !mark.is_on(activity));
    let (feed, gate, notices) = (use_dispatch::<Feed>(), use_gate(), use_notices());
    use_action(mark.action(on), move |_: MouseEvent| {
        let (uuid, feed, gate, notices) =
            (uuid.clone(), feed.clone(), gate.clone(), notices.clone());
        async move {
            if !gate.admits() {
                return Ok(());
            }
            feed.dispatch(FeedAction::Marked {
                uuid: uuid.clone(),
                mark,
                on,
            });
            match api::activities::mark(&uuid, mark, on).await {
                Ok(counts) => {
                    feed.dispatch(FeedAction::Counted { uuid, counts });
                    notices.done(mark.done(on));
                    Ok(())
                }
                Err(failure) => {
                    feed.dispatch(FeedAction::Marked {
                        uuid,
                        mark,
                        on: !on,
                    });
                    notices.failed(&failure);
                    Err(failure)
                }
            }
        }
    })
}
