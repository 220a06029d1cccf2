//! `/signin`: by email and password, and with the demo accounts for those who just look around.

use api_types::{Code, SignIn as Credentials, validate};
use otel_web_yew::use_route_template;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Answer, Failure};
use crate::components::field::Field;
use crate::components::link::push;
use crate::components::page_header::PageHeader;
use crate::hooks::{Notices, Sending, use_notices, use_sending, use_title};
use crate::route::Route;
use crate::state::session::{Session, SessionAction};
use crate::state::use_dispatch;

type Text = UseStateHandle<String>;

/// The accounts of the embedded demo database; they exist in no other one.
const DEMO_HANDLES: [&str; 5] = ["andrewbrown", "bayko", "worf", "garek", "londo"];
const DEMO_PASSWORD: &str = "cruddur-demo";

#[component]
pub(crate) fn SignIn() -> Html {
    use_route_template("/signin");
    use_title("Sign in");
    // Apart, because a password manager fills in both at once.
    let (email, password) = (use_state(String::new), use_state(String::new));
    let sending = use_sign_in(&email, &password);
    html! {
        <>
            <PageHeader title="Sign in" back=true />
            <div class="sign-in">
                <h2>{ "Welcome back" }</h2>
                { form(&email, &password, &sending) }
                <div class="demo">
                    <p>{ "Looking around? Take a demo account. They share the password " }<code>{ DEMO_PASSWORD }</code>{ "." }</p>
                    <ul>{ for DEMO_HANDLES.iter().map(|&handle| demo_account(handle, &email, &password)) }</ul>
                </div>
            </div>
        </>
    }
}

fn form(email: &Text, password: &Text, sending: &Sending) -> Html {
    let problem = sending.problem.as_ref();
    let beside = |code| problem.filter(|problem| problem.names(code)).map(|_| code);
    let elsewhere = problem.filter(|problem| !matches!(problem, Failure::Refused(_)));
    html! {
        <form onsubmit={sending.onsubmit.clone()} novalidate=true>
            <Field label="Email" name="email" kind="email" autocomplete="username"
                value={(**email).clone()} problem={beside(Code::EmailBlank)} oninput={write(email)} />
            <Field label="Password" name="password" kind="password" autocomplete="current-password"
                value={(**password).clone()} problem={beside(Code::PasswordBlank)} oninput={write(password)} />
            <p class="problem" role="alert">{ elsewhere.map(ToString::to_string) }</p>
            <button type="submit" class="pill" aria-busy={sending.busy.then_some("true")}>{ "Sign In" }</button>
        </form>
    }
}

fn write(text: &Text) -> Callback<InputEvent> {
    let text = text.setter();
    Callback::from(move |event: InputEvent| {
        text.set(event.target_unchecked_into::<HtmlInputElement>().value());
    })
}

/// Fills the form; signing in stays the user's own step.
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
fn use_sign_in(email: &str, password: &str) -> Sending {
    let credentials = Credentials {
        email: email.to_owned(),
        password: password.to_owned(),
    };
    let door = Door {
        session: use_dispatch(),
        navigator: use_navigator(),
        notices: use_notices(),
    };
    use_sending("account.sign_in", move || {
        enter(credentials.clone(), door.clone())
    })
}

/// What lets the user in.
#[derive(Clone)]
struct Door {
    session: UseReducerDispatcher<Session>,
    navigator: Option<Navigator>,
    notices: Notices,
}

async fn enter(credentials: Credentials, door: Door) -> Answer<()> {
    validate::sign_in(&credentials).map_err(Failure::Refused)?;
    let me = api::auth::sign_in(&credentials).await?;
    door.session.dispatch(SessionAction::SignedIn(me));
    door.notices.noted("Signed in");
    if let Some(navigator) = door.navigator {
        push(&navigator, &Route::Home, None);
    }
    Ok(())
}
