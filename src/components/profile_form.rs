//! The form that changes the profile of the signed-in user.

use api_types::{Code, ProfileUpdate, validate};
use otel_web_yew::use_load;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::account_page::AccountForm;
use crate::components::field::{Field, on_text};
use crate::format::code;
use crate::hooks::{FormSubmit, Toasts, known_account, use_form_submit, use_toasts};
use crate::state::session::{AuthState, Session, SessionAction};
use crate::state::use_dispatch;

const NAME_CODES: [Code; 3] = [
    Code::DisplayNameBlank,
    Code::DisplayNameExceedMaxChars,
    Code::DisplayNameInvalidChars,
];
const BIO_CODES: [Code; 2] = [Code::BioExceedMaxChars, Code::BioExceedMaxLines];

#[component]
pub(crate) fn ProfileForm() -> Html {
    let (name, bio) = use_profile();
    let form = use_edit_profile(&name, &bio);
    let set_name = {
        let name = name.setter();
        on_text(move |text| name.set(text))
    };
    html! {
        <AccountForm form={form.clone()} submit="Save">
            <Field label="Name" name="name" kind="text" autocomplete="name"
                value={(*name).clone()} error={form.code_among(&NAME_CODES)} oninput={set_name} />
            { bio_field(&bio, form.code_among(&BIO_CODES)) }
        </AccountForm>
    }
}

type Text = UseStateHandle<String>;

/// Loads the profile once, and returns the texts of the form.
#[hook]
fn use_profile() -> (Text, Text) {
    let (name, bio) = (use_state(String::new), use_state(String::new));
    {
        let (name, bio, toasts) = (name.setter(), bio.setter(), use_toasts());
        use_load((), move |()| async move {
            let AuthState::SignedIn(me) = known_account().await else {
                return;
            };
            match api::discover::profile(&me.handle).await {
                Ok(profile) => {
                    name.set(profile.display_name);
                    bio.set(profile.bio);
                }
                Err(error) => toasts.error(&error),
            }
        });
    }
    (name, bio)
}

fn bio_field(bio: &Text, error: Option<Code>) -> Html {
    let setter = bio.setter();
    let oninput = Callback::from(move |event: InputEvent| {
        setter.set(event.target_unchecked_into::<HtmlTextAreaElement>().value());
    });
    html! {
        <div class="field">
            <label for="bio">{ "Bio" }</label>
            <textarea class="input" id="bio" name="bio" rows="3" dir="auto" value={(**bio).clone()} {oninput}
                aria-describedby="bio-error bio-hint" aria-invalid={error.is_some().then_some("true")} />
            <p class="hint" id="bio-hint">{ "Up to 160 characters." }</p>
            <p class="error" id="bio-error" role="alert">{ error.map(code::message) }</p>
        </div>
    }
}

#[hook]
fn use_edit_profile(name: &str, bio: &str) -> FormSubmit {
    let update = ProfileUpdate {
        display_name: name.to_owned(),
        bio: bio.to_owned(),
    };
    let (session, toasts) = (use_dispatch::<Session>(), use_toasts());
    use_form_submit("profile.edit", move || {
        edit(update.clone(), session.clone(), toasts.clone())
    })
}

async fn edit(
    update: ProfileUpdate,
    session: UseReducerDispatcher<Session>,
    toasts: Toasts,
) -> ApiResult<()> {
    validate::profile_update(&update).map_err(ApiError::Rejected)?;
    let profile = api::accounts::update_profile(&update).await?;
    session.dispatch(SessionAction::Renamed(profile.display_name));
    toasts.success("Profile saved");
    Ok(())
}
