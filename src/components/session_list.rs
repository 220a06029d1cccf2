//! The sessions of the signed-in user, each with a button that ends it.

use api_types::SessionInfo;
use otel_web_yew::use_load;
use yew::prelude::*;

use crate::api;
use crate::format::time::age;
use crate::hooks::{known_account, use_now, use_retryable, use_toasts};
use crate::state::session::AuthState;

#[component]
pub(crate) fn SessionList() -> Html {
    let sessions = use_state(Vec::<SessionInfo>::new);
    {
        let (sessions, toasts) = (sessions.setter(), use_toasts());
        use_load((), move |()| async move {
            if known_account().await == AuthState::SignedOut {
                return;
            }
            match api::accounts::sessions().await {
                Ok(loaded) => sessions.set(loaded),
                Err(error) => toasts.error(&error),
            }
        });
    }
    let onended = {
        let sessions = sessions.clone();
        Callback::from(move |uuid: String| {
            let mut left = (*sessions).clone();
            left.retain(|session| session.uuid != uuid);
            sessions.set(left);
        })
    };
    html! {
        <ul class="sessions">
            { for sessions.iter().map(|session| html! {
                <Session key={session.uuid.clone()} session={session.clone()} onended={onended.clone()} />
            }) }
        </ul>
    }
}

#[derive(Properties, PartialEq)]
struct SessionProps {
    session: SessionInfo,
    onended: Callback<String>,
}

#[component]
fn Session(props: &SessionProps) -> Html {
    let now = use_now();
    let SessionInfo {
        device,
        created_at,
        last_used_at,
        is_current,
        ..
    } = &props.session;
    let used = age(last_used_at.as_millis(), now);
    let created = age(created_at.as_millis(), now);
    html! {
        <li>
            <div class="user">
                <strong>{ device }</strong>
                <span>{ format!("Last used {used}, signed in {created}") }</span>
            </div>
            <div>
                if *is_current { <span class="this-device">{ "This device" }</span> }
                else { <RevokeButton session={props.session.clone()} onended={props.onended.clone()} /> }
            </div>
        </li>
    }
}

#[component]
fn RevokeButton(props: &SessionProps) -> Html {
    let (session, onended, toasts) = (props.session.clone(), props.onended.clone(), use_toasts());
    let label = format!("End session: {}", session.device);
    let onclick = use_retryable("session.revoke", move || {
        let (session, onended, toasts) = (session.clone(), onended.clone(), toasts.clone());
        async move {
            api::accounts::revoke_session(&session.uuid).await?;
            onended.emit(session.uuid);
            toasts.success("Session ended");
            Ok(())
        }
    });
    html! {
        <button type="button" class="pill quiet" aria-label={label} {onclick}>{ "End session" }</button>
    }
}
