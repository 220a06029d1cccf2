//! The main navigation: a column on a wide screen, a bar at the bottom on a phone.

use otel_web_yew::use_action;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api;
use crate::components::icon::Icon;
use crate::components::link::{Link, push};
use crate::components::logo::Logo;
use crate::components::more_menu::MoreMenu;
use crate::components::user_link::UserLink;
use crate::hooks::{use_retryable, use_toasts};
use crate::route::Route;
use crate::state::overlay::Overlay;
use crate::state::session::{Session, SessionAction};
use crate::state::{use_dispatch, use_store};

#[component]
pub(crate) fn Navigation() -> Html {
    let session = use_store::<Session>();
    let user = session.user();
    html! {
        <nav class="navigation" aria-label="Main">
            <Link class="logo" label="Cruddur" to={Route::Home}><Logo /></Link>
            <ul>
                <Item icon={Icon::Home} name="Home" to={Route::Home} />
                if let Some(me) = user {
                    <Item icon={Icon::Bell} name="Notifications" to={Route::Notifications} unread={me.unread_notifications_count} action="notifications.open" />
                    <Item icon={Icon::Envelope} name="Messages" to={Route::Messages} unread={me.unread_conversations_count} action="messages.open" />
                    <Item icon={Icon::Person} name="Profile" to={Route::profile(&me.handle)} />
                }
                <Item icon={Icon::Search} name="Search" to={Route::Search} narrow=true />
                <li><MoreMenu /></li>
            </ul>
            <div>
                if session.is_signed_out() { <SignInButton /> } else if session.is_known() { <CrudButton /> }
            </div>
            <div class="profile-box">
                if let Some(me) = user {
                    <UserLink handle={me.handle.clone()} name={me.display_name.clone()} />
                    <SignOutButton />
                }
            </div>
        </nav>
    }
}

#[derive(Properties, PartialEq)]
struct ItemProps {
    icon: Icon,
    name: AttrValue,
    to: Route,
    /// Shown only where there is no room for the sidebar.
    #[prop_or_default]
    narrow: bool,
    #[prop_or_default]
    unread: u32,
    /// The name of the user action, for links whose name includes a count.
    #[prop_or_default]
    action: Option<&'static str>,
}

#[component]
fn Item(props: &ItemProps) -> Html {
    html! {
        <li class={props.narrow.then_some("when-narrow")}>
            <Link class="nav-link" to={props.to.clone()} action={props.action}>
                { props.icon.draw() }
                <span>{ &props.name }</span>
                if props.unread > 0 {
                    <span class="badge">{ props.unread }<span class="visually-hidden">{ " unread" }</span></span>
                }
            </Link>
        </li>
    }
}

#[component]
fn CrudButton() -> Html {
    let overlay = use_dispatch::<Overlay>();
    let onclick = use_action("composer.open", move |_: MouseEvent| {
        overlay.dispatch(Overlay::Compose);
        std::future::ready(())
    });
    html! {
        <button type="button" class="pill call" {onclick}>{ Icon::Plus.draw() }<span>{ "Crud" }</span></button>
    }
}

/// Links to the sign-in page. Hidden on that page itself.
#[component]
pub(crate) fn SignInButton() -> Html {
    let navigator = use_navigator();
    let is_current = use_route::<Route>() == Some(Route::SignIn);
    let onclick = Callback::from(move |_| {
        if let Some(navigator) = &navigator {
            push(navigator, &Route::SignIn, None);
        }
    });
    html! {
        <div hidden={is_current}>
            <button type="button" class="pill call" {onclick}>{ Icon::SignIn.draw() }<span>{ "Sign In" }</span></button>
        </div>
    }
}

/// Links to the sign-up page.
#[component]
pub(crate) fn JoinButton() -> Html {
    let navigator = use_navigator();
    let onclick = Callback::from(move |_| {
        if let Some(navigator) = &navigator {
            push(navigator, &Route::SignUp, None);
        }
    });
    html! {
        <button type="button" class="pill" {onclick}>{ "Join Now!" }</button>
    }
}

/// Signs out on all devices.
#[component]
pub(crate) fn SignOutEverywhereButton() -> Html {
    let (session, toasts) = (use_dispatch::<Session>(), use_toasts());
    let onclick = use_retryable("account.sign_out_everywhere", move || {
        let (session, toasts) = (session.clone(), toasts.clone());
        async move {
            api::auth::sign_out_everywhere().await?;
            session.dispatch(SessionAction::SignedOut);
            toasts.success("Signed out on every device");
            Ok(())
        }
    });
    html! {
        <button type="button" class="pill quiet" {onclick}>{ "Sign out everywhere" }</button>
    }
}

#[component]
fn SignOutButton() -> Html {
    let onclick = use_sign_out();
    html! {
        <button type="button" class="round" aria-label="Sign Out" title="Sign Out" {onclick}>{ Icon::SignOut.draw() }</button>
    }
}

/// Returns the click handler that signs out.
#[hook]
pub(crate) fn use_sign_out() -> Callback<MouseEvent> {
    let (session, toasts) = (use_dispatch::<Session>(), use_toasts());
    use_retryable("account.sign_out", move || {
        let (session, toasts) = (session.clone(), toasts.clone());
        async move {
            api::auth::sign_out().await?;
            session.dispatch(SessionAction::SignedOut);
            toasts.success("Signed out");
            Ok(())
        }
    })
}
