//! `/signin`: sign-in by email and password, with a list of demo accounts.

use api_types::{Code, SignIn as Credentials, validate};
use otel_web_yew::use_route_template;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::field::Field;
use crate::components::link::{Link, return_to};
use crate::components::page_header::PageHeader;
use crate::components::password_field::PasswordField;
use crate::hooks::{FormSubmit, Toasts, use_form_submit, use_title, use_toasts};
use crate::return_to::ReturnTo;
use crate::route::Route;
use crate::state::account_form::AccountForm;
use crate::state::after_sign_in::AfterSignIn;
use crate::state::retry::Retry;
use crate::state::session::{Session, SessionAction};
use crate::state::{use_dispatch, use_store};

type Text = UseStateHandle<String>;

/// The accounts of the demo data. Other databases do not have them.
const DEMO_HANDLES: [&str; 5] = ["andrewbrown", "bayko", "worf", "garek", "londo"];
const DEMO_PASSWORD: &str = "cruddur-demo";

#[component]
pub(crate) fn SignIn() -> Html {
    use_route_template("/signin");
    use_title("Sign in");
    // Separate states, because a password manager fills in both fields in one go.
    let entered = use_store::<AccountForm>();
    let (email, password) = (use_state(|| entered.email.clone()), use_state(String::new));
    let submit = use_sign_in(&email, &password);
    html! {
        <>
            <PageHeader title="Sign in" back=true />
            <div class="sign-in">
                <h2>{ "Welcome back" }</h2>
                { form(&email, &password, &submit) }
                <p class="aside">
                    <Link class="text-link" to={Route::Forgot}>{ "Forgot password?" }</Link>
                    { " · " }
                    <Link class="text-link" to={Route::SignUp}>{ "Create an account" }</Link>
                </p>
                <div class="demo">
                    <p>{ "Or use a demo account. The password of all of them is " }<code>{ DEMO_PASSWORD }</code>{ "." }</p>
                    <ul>{ for DEMO_HANDLES.iter().map(|&handle| demo_account(handle, &email, &password)) }</ul>
                </div>
            </div>
        </>
    }
}

fn form(email: &Text, password: &Text, submit: &FormSubmit) -> Html {
    let error = submit.error.as_ref();
    let field_error = |code| error.filter(|error| error.has_code(code)).map(|_| code);
    let form_error = error.filter(|error| !matches!(error, ApiError::Rejected(_)));
    html! {
        <form onsubmit={submit.onsubmit.clone()} novalidate=true>
            <Field label="Email" name="email" kind="email" autocomplete="username"
                value={(**email).clone()} error={field_error(Code::EmailBlank)} oninput={set_on_input(email)} />
            <PasswordField label="Password" autocomplete="current-password"
                value={(**password).clone()} error={field_error(Code::PasswordBlank)} oninput={set_on_input(password)} />
            <p class="error" role="alert">{ form_error.map(ToString::to_string) }</p>
            <button type="submit" class="pill" aria-busy={submit.is_pending.then_some("true")}>{ "Sign In" }</button>
        </form>
    }
}

fn set_on_input(text: &Text) -> Callback<InputEvent> {
    let text = text.setter();
    Callback::from(move |event: InputEvent| {
        text.set(event.target_unchecked_into::<HtmlInputElement>().value());
    })
}

/// Renders a button that fills in the form. The user submits it.
fn demo_account(handle: &'static str, email: &Text, password: &Text) -> Html {
    let (email, password) = (email.setter(), password.setter());
    let onclick = Callback::from(move |_: MouseEvent| {
        email.set(format!("{handle}@example.com"));
        password.set(DEMO_PASSWORD.to_owned());
    });
    html! {
        <li key={handle}>
            <button type="button" class="pill quiet" data-otel-action="demo.choose" {onclick}>{ handle }</button>
        </li>
    }
}

#[hook]
fn use_sign_in(email: &str, password: &str) -> FormSubmit {
    let credentials = Credentials {
        email: email.to_owned(),
        password: password.to_owned(),
    };
    let handles = Handles {
        session: use_dispatch(),
        navigator: use_navigator(),
        toasts: use_toasts(),
        after: (*use_store::<AfterSignIn>()).clone(),
    };
    use_form_submit("account.sign_in", move || {
        sign_in(credentials.clone(), handles.clone())
    })
}

/// What [`sign_in`] updates after a successful request.
#[derive(Clone)]
struct Handles {
    session: UseReducerDispatcher<Session>,
    navigator: Option<Navigator>,
    toasts: Toasts,
    after: AfterSignIn,
}

async fn sign_in(credentials: Credentials, handles: Handles) -> ApiResult<()> {
    validate::sign_in(&credentials).map_err(ApiError::Rejected)?;
    let me = api::auth::sign_in(&credentials).await?;
    let page = match handles.after {
        AfterSignIn::Open(route) => ReturnTo::page(route),
        AfterSignIn::Run(work) => {
            // Before the page reloads its data, which then includes the result.
            complete(work, handles.toasts.clone()).await;
            ReturnTo::of_location()
        }
        // app.rs opens the reply dialog.
        AfterSignIn::Reply(_) | AfterSignIn::Return => ReturnTo::of_location(),
    };
    handles.session.dispatch(SessionAction::SignedIn(me));
    handles.toasts.info("Signed in");
    if let Some(navigator) = handles.navigator {
        return_to(&navigator, &page);
    }
    Ok(())
}

/// Runs the action that needed the sign-in, as a span of its own. Its error does not make the sign-in fail.
async fn complete(work: Retry, toasts: Toasts) {
    let action = otel_web::action(work.action).start();
    let result = otel_web::with_context(action.context(), toasts.attempt(work)).await;
    if let Err(error) = result {
        action.record_error(error);
    }
}
