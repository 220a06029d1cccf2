//! Writes and sends a crud.

use api_types::{CRUD_MAX_CHARS, NewActivity, Ttl, validate};
use otel_web_yew::use_action;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api::{self, Answer, Failure};
use crate::components::icon::Icon;
use crate::components::writing::Writing;
use crate::hooks::{Outbox, Sending, use_outbox, use_sending};
use crate::state::drafts::Drafts;
use crate::state::feed::FeedAction;
use crate::state::overlay::Overlay;
use crate::state::{use_dispatch, use_store};

#[component]
pub(crate) fn Composer() -> Html {
    let ttl = use_state(|| Ttl::default().as_str().to_owned());
    let sending = use_create(&ttl);
    let overlay = use_dispatch::<Overlay>();
    let onclose = use_action("composer.close", move |()| {
        overlay.dispatch(Overlay::None);
        std::future::ready(())
    });
    html! {
        <Dialog title="New crud" {onclose}>
            <Writing placeholder="what would you like to say?" submit="Crud" limit={CRUD_MAX_CHARS} {sending}>
                <TtlSelect {ttl} />
            </Writing>
        </Dialog>
    }
}

#[hook]
fn use_create(ttl: &str) -> Sending {
    let (drafts, outbox) = (use_store::<Drafts>(), use_outbox());
    let activity = NewActivity {
        message: drafts.text("").to_owned(),
        ttl: ttl.to_owned(),
    };
    let key = drafts.key("", ttl);
    use_sending("crud.create", move || {
        create(activity.clone(), key.clone(), outbox.clone())
    })
}

async fn create(activity: NewActivity, key: String, outbox: Outbox) -> Answer<()> {
    validate::new_activity(&activity).map_err(Failure::Refused)?;
    let created = api::activities::create(&activity, &key).await?;
    outbox.sent(
        String::new(),
        activity.message,
        FeedAction::Published(created),
        "Your crud is out",
    );
    Ok(())
}

#[derive(Properties, PartialEq)]
struct TtlSelectProps {
    /// As the API spells it: the server has the last word about what it knows.
    ttl: UseStateHandle<String>,
}

#[component]
fn TtlSelect(props: &TtlSelectProps) -> Html {
    let ttl = props.ttl.clone();
    let onchange = use_action("ttl.change", move |event: Event| {
        ttl.set(event.target_unchecked_into::<HtmlSelectElement>().value());
        std::future::ready(())
    });
    html! {
        <label class="ttl" title="How long it lives">
            { Icon::Bomb.draw() }
            <span class="visually-hidden">{ "How long it lives" }</span>
            <select {onchange}>
                { for Ttl::ALL.iter().map(|ttl| html! {
                    <option key={ttl.as_str()} value={ttl.as_str()} selected={ttl.as_str() == *props.ttl}>{ ttl.label() }</option>
                }) }
            </select>
        </label>
    }
}
