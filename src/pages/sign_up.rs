//! `/signup`: a new account, up to the code that is sent by mail.

use api_types::{Code, SignUp as Request, validate};
use otel_web_yew::use_route_template;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::account_page::{AccountForm, AccountPage};
use crate::components::field::{Field, on_text};
use crate::components::link::{Link, push};
use crate::components::password_field::PasswordField;
use crate::hooks::{FormSubmit, Toasts, use_form_submit, use_title, use_toasts};
use crate::route::Route;
use crate::state::account_form::{AccountForm as Form, AccountFormAction};
use crate::state::use_store;

#[component]
pub(crate) fn SignUp() -> Html {
    use_route_template("/signup");
    use_title("Sign up");
    let fields = use_store::<Form>();
    let password = use_state(String::new);
    let form = use_sign_up(&fields, &password);
    let edit = |action: fn(String) -> AccountFormAction| {
        let dispatch = fields.dispatcher();
        on_text(move |text| dispatch.dispatch(action(text)))
    };
    let set_password = {
        let password = password.setter();
        on_text(move |text| password.set(text))
    };
    html! {
        <AccountPage title="Sign up" heading="Join The Party!">
            <AccountForm form={form.clone()} submit="Sign Up">
                <Field label="Name" name="name" kind="text" autocomplete="name"
                    value={fields.display_name.clone()} error={form.code_among(&NAME_CODES)} oninput={edit(AccountFormAction::DisplayName)} />
                <Field label="Email" name="email" kind="email" autocomplete="email" inputmode="email"
                    value={fields.email.clone()} error={form.code_among(&EMAIL_CODES)} oninput={edit(AccountFormAction::Email)} />
                <Field label="Username" name="username" kind="text" autocomplete="username"
                    hint="Letters, digits and _. Others mention you by it."
                    value={fields.handle.clone()} error={form.code_among(&HANDLE_CODES)} oninput={edit(AccountFormAction::Handle)} />
                <PasswordField label="Password" autocomplete="new-password" hint="At least 10 characters. Several words are good."
                    value={(*password).clone()} error={form.code_among(&PASSWORD_CODES)} oninput={set_password} />
            </AccountForm>
            <p class="aside">{ "You have an account? " }<Link class="text-link" to={Route::SignIn}>{ "Sign in instead" }</Link></p>
        </AccountPage>
    }
}

const NAME_CODES: [Code; 3] = [
    Code::DisplayNameBlank,
    Code::DisplayNameExceedMaxChars,
    Code::DisplayNameInvalidChars,
];
pub(super) const EMAIL_CODES: [Code; 2] = [Code::EmailBlank, Code::EmailInvalid];
const HANDLE_CODES: [Code; 5] = [
    Code::HandleBlank,
    Code::HandleBelowMinChars,
    Code::HandleExceedMaxChars,
    Code::HandleInvalidChars,
    Code::HandleTaken,
];
pub(super) const PASSWORD_CODES: [Code; 4] = [
    Code::PasswordBlank,
    Code::PasswordBelowMinChars,
    Code::PasswordExceedMaxChars,
    Code::PasswordGuessable,
];

#[hook]
fn use_sign_up(fields: &Form, password: &str) -> FormSubmit {
    let request = Request {
        display_name: fields.display_name.clone(),
        email: fields.email.clone(),
        handle: fields.handle.clone(),
        password: password.to_owned(),
    };
    let (navigator, toasts) = (use_navigator(), use_toasts());
    use_form_submit("account.sign_up", move || {
        sign_up(request.clone(), navigator.clone(), toasts.clone())
    })
}

async fn sign_up(request: Request, navigator: Option<Navigator>, toasts: Toasts) -> ApiResult<()> {
    validate::sign_up(&request).map_err(ApiError::Rejected)?;
    api::accounts::sign_up(&request).await?;
    toasts.info("Signed up");
    if let Some(navigator) = navigator {
        push(&navigator, &Route::Confirm, None);
    }
    Ok(())
}
