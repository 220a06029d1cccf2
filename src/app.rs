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
    Clock, use_drafts_storage, use_focus_after_navigation, use_known_account, use_live,
    use_scroll_restoration,
};
use crate::pages::{
    Confirm, Forgot, Home, MessagesPage, More, NotFound, Notifications, ProfilePage, SearchPage,
    SignIn, SignUp, StatusPage,
};
use crate::route::Route;
use crate::state::account_form::AccountForm;
use crate::state::drafts::Drafts;
use crate::state::feed::Feed;
use crate::state::messages::Messages;
use crate::state::overlay::Overlay;
use crate::state::session::{AuthState, Session, SessionAction};
use crate::state::toasts::ToastQueue;
use crate::state::{StoreProvider, use_dispatch};

#[component]
pub(crate) fn App() -> Html {
    html! {
        <BrowserRouter>
            <Clock>
                <StoreProvider<Session>>
                <StoreProvider<AccountForm>>
                <StoreProvider<Drafts>>
                <StoreProvider<Overlay>>
                <StoreProvider<ToastQueue>>
                <StoreProvider<Feed>>
                <StoreProvider<Messages>>
                    <Shell />
                </StoreProvider<Messages>>
                </StoreProvider<Feed>>
                </StoreProvider<ToastQueue>>
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
    use_close_dialog_on_navigation();
    use_focus_after_navigation();
    use_scroll_restoration();
    use_drafts_storage();
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

#[hook]
fn use_close_dialog_on_navigation() {
    let overlay = use_dispatch::<Overlay>();
    let route = use_route::<Route>();
    use_effect_with(route, move |_| overlay.dispatch(Overlay::None));
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
