//! `/forgot`: a new password, by a code that is sent by mail.

use api_types::{CodeRequest, PasswordReset, validate};
use otel_web_yew::use_route_template;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::account_page::{AccountForm, AccountPage};
use crate::components::field::{Field, on_text};
use crate::components::link::push;
use crate::components::password_field::PasswordField;
use crate::hooks::{FormSubmit, Toasts, use_form_submit, use_title, use_toasts};
use crate::pages::confirm::CODE_CODES;
use crate::pages::sign_up::{EMAIL_CODES, PASSWORD_CODES};
use crate::route::Route;
use crate::state::account_form::{AccountForm as Form, AccountFormAction};
use crate::state::use_store;

#[component]
pub(crate) fn Forgot() -> Html {
    use_route_template("/forgot");
    use_title("Forgot password");
    let is_sent = use_state(|| false);
    let onchange = {
        let is_sent = is_sent.setter();
        Callback::from(move |sent| is_sent.set(sent))
    };
    html! {
        <AccountPage title="Forgot password" heading="Choose a new password">
            <div>
                if *is_sent { <Reset key="reset" {onchange} /> } else { <Recover key="recover" {onchange} /> }
            </div>
        </AccountPage>
    }
}

#[derive(Properties, PartialEq)]
struct StepProps {
    /// Called with whether the code was sent.
    onchange: Callback<bool>,
}

#[component]
fn Recover(props: &StepProps) -> Html {
    let fields = use_store::<Form>();
    let form = use_recover(&fields.email, &props.onchange);
    let edit_email = {
        let dispatch = fields.dispatcher();
        on_text(move |text| dispatch.dispatch(AccountFormAction::Email(text)))
    };
    html! {
        <>
            <p class="aside">{ "Enter the address of your account. We send a code to it." }</p>
            <AccountForm form={form.clone()} submit="Send code">
                <Field label="Email" name="email" kind="email" autocomplete="email" inputmode="email"
                    value={fields.email.clone()} error={form.code_among(&EMAIL_CODES)} oninput={edit_email} />
            </AccountForm>
        </>
    }
}

#[hook]
fn use_recover(email: &str, onchange: &Callback<bool>) -> FormSubmit {
    let request = CodeRequest {
        email: email.to_owned(),
    };
    let (onchange, toasts) = (onchange.clone(), use_toasts());
    use_form_submit("account.recover", move || {
        recover(request.clone(), onchange.clone(), toasts.clone())
    })
}

async fn recover(request: CodeRequest, onchange: Callback<bool>, toasts: Toasts) -> ApiResult<()> {
    validate::code_request(&request).map_err(ApiError::Rejected)?;
    api::accounts::recover(&request).await?;
    toasts.info("Code requested");
    onchange.emit(true);
    Ok(())
}

#[component]
fn Reset(props: &StepProps) -> Html {
    let fields = use_store::<Form>();
    let (code, password) = (use_state(String::new), use_state(String::new));
    let form = use_reset(&fields.email, &code, &password);
    let set = |text: &UseStateHandle<String>| {
        let text = text.setter();
        on_text(move |new| text.set(new))
    };
    let back = props.onchange.reform(|_: MouseEvent| false);
    html! {
        <>
            <p class="aside">
                { "If " }<bdi>{ &fields.email }</bdi>{ " has an account, we sent a code to it. It is valid for 15 minutes. " }
                <button type="button" class="text-link" data-otel-action="recovery.change_email" onclick={back}>{ "Use another address" }</button>
            </p>
            <AccountForm form={form.clone()} submit="Set new password">
                <Field label="Code" name="code" kind="text" autocomplete="one-time-code" inputmode="numeric"
                    value={(*code).clone()} error={form.code_among(&CODE_CODES)} oninput={set(&code)} />
                <PasswordField label="New password" autocomplete="new-password" hint="At least 10 characters. You will be signed out everywhere."
                    value={(*password).clone()} error={form.code_among(&PASSWORD_CODES)} oninput={set(&password)} />
            </AccountForm>
        </>
    }
}

#[hook]
fn use_reset(email: &str, code: &str, password: &str) -> FormSubmit {
    let request = PasswordReset {
        email: email.to_owned(),
        code: code.to_owned(),
        password: password.to_owned(),
    };
    let (navigator, toasts) = (use_navigator(), use_toasts());
    use_form_submit("account.reset", move || {
        reset(request.clone(), navigator.clone(), toasts.clone())
    })
}

async fn reset(
    request: PasswordReset,
    navigator: Option<Navigator>,
    toasts: Toasts,
) -> ApiResult<()> {
    validate::password_reset(&request).map_err(ApiError::Rejected)?;
    api::accounts::reset(&request).await?;
    toasts.success("Your password is changed. Sign in with the new one.");
    if let Some(navigator) = navigator {
        push(&navigator, &Route::SignIn, None);
    }
    Ok(())
}
