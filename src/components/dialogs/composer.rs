//! The dialog that creates a crud.

use api_types::{CRUD_MAX_CHARS, NewActivity, Ttl, validate};
use otel_web_yew::use_action;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api::{self, ApiError, ApiResult};
use crate::components::compose_form::ComposeForm;
use crate::components::icon::Icon;
use crate::hooks::{AfterSend, FormSubmit, use_after_send, use_form_submit};
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::feed::FeedAction;
use crate::state::overlay::Overlay;
use crate::state::{use_dispatch, use_store};

#[component]
pub(crate) fn Composer() -> Html {
    let form = use_create();
    let overlay = use_dispatch::<Overlay>();
    let onclose = use_action("composer.close", move |()| {
        overlay.dispatch(Overlay::None);
        std::future::ready(())
    });
    html! {
        <Dialog title="New crud" {onclose}>
            <ComposeForm placeholder="what would you like to say?" submit="Crud" limit={CRUD_MAX_CHARS} {form}>
                <TtlSelect />
            </ComposeForm>
        </Dialog>
    }
}

#[hook]
fn use_create() -> FormSubmit {
    let (drafts, after_send) = (use_store::<Drafts>(), use_after_send());
    let activity = NewActivity {
        message: drafts.text("").to_owned(),
        ttl: drafts.ttl().to_owned(),
    };
    let key = drafts.key("");
    use_form_submit("crud.create", move || {
        create(activity.clone(), key.clone(), after_send.clone())
    })
}

async fn create(activity: NewActivity, key: String, after_send: AfterSend) -> ApiResult<()> {
    validate::new_activity(&activity).map_err(ApiError::Rejected)?;
    let created = api::activities::create(&activity, &key).await?;
    after_send.complete(
        String::new(),
        activity.message,
        FeedAction::Published(created),
        "Crud posted",
    );
    Ok(())
}

#[component]
fn TtlSelect() -> Html {
    let drafts = use_store::<Drafts>();
    let dispatch = drafts.dispatcher();
    let onchange = use_action("ttl.change", move |event: Event| {
        let ttl = event.target_unchecked_into::<HtmlSelectElement>().value();
        dispatch.dispatch(DraftAction::ttl_chosen(ttl));
        std::future::ready(())
    });
    html! {
        <label class="ttl" title="Expires after">
            { Icon::Bomb.draw() }
            <span class="visually-hidden">{ "Expires after" }</span>
            <select {onchange}>
                { for Ttl::ALL.iter().map(|ttl| html! {
                    <option key={ttl.as_str()} value={ttl.as_str()} selected={ttl.as_str() == drafts.ttl()}>{ ttl.label() }</option>
                }) }
            </select>
        </label>
    }
}
