//! `/confirm`: the code that was sent to the address of a sign-up.

use api_types::{Code, CodeRequest, Confirmation, validate};
use otel_web_yew::use_route_template;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::account_page::{AccountForm, AccountPage};
use crate::components::field::{Field, on_text};
use crate::components::link::push;
use crate::hooks::{FormSubmit, Toasts, use_form_submit, use_retryable, use_title, use_toasts};
use crate::pages::sign_up::EMAIL_CODES;
use crate::route::Route;
use crate::state::account_form::{AccountForm as Form, AccountFormAction};
use crate::state::use_store;

/// The sign-up itself was fine, but meanwhile somebody else has its handle.
pub(super) const CODE_CODES: [Code; 3] = [Code::CodeBlank, Code::CodeInvalid, Code::HandleTaken];

#[component]
pub(crate) fn Confirm() -> Html {
    use_route_template("/confirm");
    use_title("Confirm your email");
    let fields = use_store::<Form>();
    let code = use_state(String::new);
    let form = use_confirm(&fields.email, &code);
    let edit_email = {
        let dispatch = fields.dispatcher();
        on_text(move |text| dispatch.dispatch(AccountFormAction::Email(text)))
    };
    let set_code = {
        let code = code.setter();
        on_text(move |text| code.set(text))
    };
    html! {
        <AccountPage title="Confirm your email" heading="Check your mail">
            <p class="aside">{ "We sent a code of 8 digits to your address. It is valid for 15 minutes." }</p>
            <AccountForm form={form.clone()} submit="Confirm">
                <Field label="Email" name="email" kind="email" autocomplete="email" inputmode="email"
                    value={fields.email.clone()} error={form.code_among(&EMAIL_CODES)} oninput={edit_email} />
                <Field label="Code" name="code" kind="text" autocomplete="one-time-code" inputmode="numeric"
                    value={(*code).clone()} error={form.code_among(&CODE_CODES)} oninput={set_code} />
            </AccountForm>
            <Resend email={fields.email.clone()} />
        </AccountPage>
    }
}

#[hook]
fn use_confirm(email: &str, code: &str) -> FormSubmit {
    let request = Confirmation {
        email: email.to_owned(),
        code: code.to_owned(),
    };
    let (navigator, toasts) = (use_navigator(), use_toasts());
    use_form_submit("account.confirm", move || {
        confirm(request.clone(), navigator.clone(), toasts.clone())
    })
}

async fn confirm(
    request: Confirmation,
    navigator: Option<Navigator>,
    toasts: Toasts,
) -> ApiResult<()> {
    validate::confirmation(&request).map_err(ApiError::Rejected)?;
    api::accounts::confirm(&request).await?;
    toasts.success("Your account is ready. Sign in to begin.");
    if let Some(navigator) = navigator {
        push(&navigator, &Route::SignIn, None);
    }
    Ok(())
}

#[derive(Properties, PartialEq)]
struct ResendProps {
    email: String,
}

/// Asks for another code.
#[component]
fn Resend(props: &ResendProps) -> Html {
    let toasts = use_toasts();
    let email = props.email.clone();
    let onclick = use_retryable("account.resend", move || {
        let request = CodeRequest {
            email: email.clone(),
        };
        let toasts = toasts.clone();
        async move {
            resend(&request).await?;
            toasts.success("If this address waits for a code, we sent another one");
            Ok(())
        }
    });
    html! {
        <p class="aside">
            { "No mail? Look into your spam folder. " }
            <button type="button" class="text-link" {onclick}>{ "Send another code" }</button>
        </p>
    }
}

async fn resend(request: &CodeRequest) -> ApiResult<()> {
    validate::code_request(request).map_err(ApiError::Rejected)?;
    api::accounts::resend(request).await
}
