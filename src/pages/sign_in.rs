//! `/signin`: by email and password, and with the demo accounts for those who just look around.

use api_types::{Code, SignIn as Request, validate};
use otel_web_yew::use_route_template;
use web_sys::HtmlInputElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Failure};
use crate::components::field::Field;
use crate::components::link::push;
use crate::components::page_header::PageHeader;
use crate::hooks::{Sending, use_notices, use_sending, use_title};
use crate::route::Route;
use crate::state::session::{Session, SessionAction};
use crate::state::use_dispatch;

/// The accounts of the embedded demo database; they exist in no other one.
const DEMO_HANDLES: [&str; 5] = ["andrewbrown", "bayko", "worf", "garek", "londo"];
const DEMO_PASSWORD: &str = "cruddur-demo";

#[component]
pub(crate) fn SignIn() -> Html {
    use_route_template("/signin");
    use_title("Sign in");
    let input = use_state(Request::default);
    let sending = use_sign_in(&input);
    let demo = use_demo(&input);
    html! {
        <>
            <PageHeader title="Sign in" back=true />
            <div class="sign-in">
                <h2>{ "Welcome back" }</h2>
                { form(&input, &sending) }
                <div class="demo">
                    <p>{ "Looking around? Take a demo account. They share the password " }<code>{ DEMO_PASSWORD }</code>{ "." }</p>
                    <ul>{ for DEMO_HANDLES.iter().map(|&handle| demo_account(handle, &demo)) }</ul>
                </div>
            </div>
        </>
    }
}

fn form(input: &UseStateHandle<Request>, sending: &Sending) -> Html {
    let problem = sending.problem.as_ref();
    let beside = |code| {
        problem
            .is_some_and(|problem| problem.names(code))
            .then_some(code)
    };
    let elsewhere = problem.filter(|problem| !matches!(problem, Failure::Refused(_)));
    html! {
        <form onsubmit={sending.onsubmit.clone()} novalidate=true>
            <Field label="Email" name="email" kind="email" autocomplete="username" value={input.email.clone()}
                problem={beside(Code::EmailBlank)} oninput={write(input, |input, text| input.email = text)} />
            <Field label="Password" name="password" kind="password" autocomplete="current-password"
                value={input.password.clone()} problem={beside(Code::PasswordBlank)}
                oninput={write(input, |input, text| input.password = text)} />
            <p class="problem" role="alert">{ elsewhere.map(ToString::to_string) }</p>
            <button type="submit" class="pill" aria-busy={sending.busy.then_some("true")}>{ "Sign In" }</button>
        </form>
    }
}

fn write(input: &UseStateHandle<Request>, set: fn(&mut Request, String)) -> Callback<InputEvent> {
    let input = input.clone();
    Callback::from(move |event: InputEvent| {
        let mut changed = (*input).clone();
        set(
            &mut changed,
            event.target_unchecked_into::<HtmlInputElement>().value(),
        );
        input.set(changed);
    })
}

fn demo_account(handle: &'static str, take: &Callback<&'static str>) -> Html {
    let onclick = take.reform(move |_: MouseEvent| handle);
    html! {
        <li key={handle}><button type="button" class="pill quiet" data-otel-action="demo.choose" {onclick}>{ handle }</button></li>
    }
}

/// Fills the form; signing in stays the user's own step.
#[hook]
fn use_demo(input: &UseStateHandle<Request>) -> Callback<&'static str> {
    let input = input.setter();
    Callback::from(move |handle: &'static str| {
        input.set(Request {
            email: format!("{handle}@example.com"),
            password: DEMO_PASSWORD.to_owned(),
        });
    })
}

#[hook]
fn use_sign_in(input: &Request) -> Sending {
    let (input, session) = (input.clone(), use_dispatch::<Session>());
    let (navigator, notices) = (use_navigator(), use_notices());
    use_sending("account.sign_in", move || {
        let (input, session) = (input.clone(), session.clone());
        let (navigator, notices) = (navigator.clone(), notices.clone());
        async move {
            validate::sign_in(&input).map_err(Failure::Refused)?;
            session.dispatch(SessionAction::SignedIn(api::auth::sign_in(&input).await?));
            notices.done("Signed in");
            if let Some(navigator) = navigator {
                push(&navigator, &Route::Home, None);
            }
            Ok(())
        }
    })
}
