//! The app: state providers, page layout and routes.

use otel_web_yew::use_load;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiError};
use crate::components::dialogs::Dialogs;
use crate::components::messages::Announcer;
use crate::components::navigation::Navigation;
use crate::components::sidebar::Sidebar;
use crate::components::skip_link::SkipLink;
use crate::components::toasts::ToastRegion;
use crate::hooks::{
    Clock, use_drafts_storage, use_expiry, use_focus_after_navigation, use_known_account, use_live,
    use_scroll_restoration,
};
use crate::pages::{
    Confirm, Forgot, Home, MessagesPage, More, NotFound, Notifications, ProfilePage, SearchPage,
    SignIn, SignUp, StatusPage,
};
use crate::route::Route;
use crate::state::account_form::AccountForm;
use crate::state::after_sign_in::AfterSignIn;
use crate::state::drafts::Drafts;
use crate::state::feed::Feed;
use crate::state::messages::Messages;
use crate::state::overlay::Overlay;
use crate::state::session::{AuthState, Session, SessionAction};
use crate::state::toasts::ToastQueue;
use crate::state::{StoreProvider, use_dispatch, use_store};

#[component]
pub(crate) fn App() -> Html {
    html! {
        <BrowserRouter>
            <Clock>
                <StoreProvider<Session>>
                <StoreProvider<AccountForm>>
                <StoreProvider<Drafts>>
                <StoreProvider<Overlay>>
                <StoreProvider<AfterSignIn>>
                <StoreProvider<ToastQueue>>
                <StoreProvider<Feed>>
                <StoreProvider<Messages>>
                    <Shell />
                </StoreProvider<Messages>>
                </StoreProvider<Feed>>
                </StoreProvider<ToastQueue>>
                </StoreProvider<AfterSignIn>>
                </StoreProvider<Overlay>>
                </StoreProvider<Drafts>>
                </StoreProvider<AccountForm>>
                </StoreProvider<Session>>
            </Clock>
        </BrowserRouter>
    }
}

#[component]
fn Shell() -> Html {
    use_session();
    use_known_account();
    use_dialog_after_navigation();
    use_focus_after_navigation();
    use_scroll_restoration();
    use_drafts_storage();
    use_expiry();
    use_live();
    html! {
        <div class="shell">
            <SkipLink />
            <Navigation />
            // Before the content, so that toasts are one step from its heading in the tab order.
            <ToastRegion />
            <main class="content" id="content"><Switch<Route> render={switch} /></main>
            <Sidebar />
            <Dialogs />
            <Announcer />
            { badge() }
        </div>
    }
}

#[cfg(feature = "viewer-links")]
fn badge() -> Html {
    html! { <crate::components::traced::Traced /> }
}

#[cfg(not(feature = "viewer-links"))]
fn badge() -> Html {
    Html::default()
}

/// Loads the signed-in user, once.
#[hook]
fn use_session() {
    let session = use_dispatch::<Session>();
    use_load((), move |()| async move {
        let auth = match api::auth::me().await {
            Ok(Some(me)) => AuthState::SignedIn(me.into()),
            Ok(None) | Err(ApiError::SignInRequired) => AuthState::SignedOut,
            Err(_) => AuthState::Unsupported,
        };
        session.dispatch(SessionAction::Loaded(auth));
    });
}

/// Closes the dialog on each navigation. The one after a sign-in opens the reply dialog that needed it; any other one
/// forgets the action.
#[hook]
fn use_dialog_after_navigation() {
    let (overlay, after) = (use_dispatch::<Overlay>(), use_store::<AfterSignIn>());
    let is_signed_in = use_store::<Session>().user().is_some();
    let route = use_route::<Route>();
    use_effect_with(route, move |route| {
        if route.as_ref().is_some_and(Route::is_entrance) {
            return overlay.dispatch(Overlay::None);
        }
        overlay.dispatch(match &*after {
            AfterSignIn::Reply(activity) if is_signed_in => Overlay::Reply(activity.clone()),
            _ => Overlay::None,
        });
        after.dispatch(AfterSignIn::Return);
    });
}

fn switch(route: Route) -> Html {
    match route {
        Route::Home => html! { <Home /> },
        Route::Notifications => html! { <Notifications /> },
        Route::Messages => html! { <MessagesPage /> },
        Route::Conversation { handle } => html! { <MessagesPage {handle} /> },
        Route::Search => html! { <SearchPage /> },
        Route::SignIn => html! { <SignIn /> },
        Route::SignUp => html! { <SignUp /> },
        Route::Confirm => html! { <Confirm /> },
        Route::Forgot => html! { <Forgot /> },
        Route::More => html! { <More /> },
        Route::Profile { handle } => html! { <ProfilePage {handle} /> },
        Route::Status { handle, uuid } => html! { <StatusPage {handle} {uuid} /> },
        Route::NotFound => html! { <NotFound /> },
    }
}
