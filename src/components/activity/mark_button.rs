//! Like and repost. Shown at once, and taken back when the server refuses.

use std::rc::Rc;

use api_types::Activity;
use otel_web_yew::use_action;
use yew::prelude::*;

use super::actions::counter;
use crate::api::{self, Answer};
use crate::components::icon::Icon;
use crate::format::in_words;
use crate::hooks::{Notices, use_gate, use_notices};
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
    let on = !mark.is_on(activity);
    let gate = use_gate();
    let toggle = Toggle {
        uuid: activity.uuid.clone(),
        mark,
        on,
        feed: use_dispatch(),
        notices: use_notices(),
    };
    use_action(mark.action(on), move |_: MouseEvent| {
        let toggle = gate.admits().then(|| toggle.clone());
        async move {
            match toggle {
                Some(toggle) => toggle.run().await,
                None => Ok(()),
            }
        }
    })
}

#[derive(Clone)]
struct Toggle {
    uuid: String,
    mark: Mark,
    on: bool,
    feed: UseReducerDispatcher<Feed>,
    notices: Notices,
}

impl Toggle {
    async fn run(self) -> Answer<()> {
        self.show(self.on);
        let counts = api::activities::mark(&self.uuid, self.mark, self.on).await;
        let counts = counts.inspect_err(|failure| {
            self.show(!self.on);
            self.notices.failed(failure);
        })?;
        self.feed.dispatch(FeedAction::Counted {
            uuid: self.uuid,
            counts,
        });
        self.notices.noted(self.mark.done(self.on));
        Ok(())
    }

    fn show(&self, on: bool) {
        let (uuid, mark) = (self.uuid.clone(), self.mark);
        self.feed.dispatch(FeedAction::Marked { uuid, mark, on });
    }
}
