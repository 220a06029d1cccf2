//! The page as a whole: its state, its columns, and which page stands in the middle one.

use otel_web_yew::use_load;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Failure};
use crate::components::dialogs::Dialogs;
use crate::components::navigation::Navigation;
use crate::components::sidebar::Sidebar;
use crate::components::toasts::Toasts as ToastList;
use crate::hooks::Clock;
use crate::pages::{Home, NotFound, Notifications, ProfilePage, SearchPage, SignIn, StatusPage};
use crate::route::Route;
use crate::state::drafts::Drafts;
use crate::state::feed::Feed;
use crate::state::overlay::Overlay;
use crate::state::session::{Session, SessionAction, Who};
use crate::state::toasts::Toasts;
use crate::state::{Provide, use_dispatch};

#[component]
pub(crate) fn App() -> Html {
    html! {
        <BrowserRouter>
            <Clock>
                <Provide<Session>><Provide<Drafts>><Provide<Overlay>><Provide<Toasts>><Provide<Feed>>
                    <Shell />
                </Provide<Feed>></Provide<Toasts>></Provide<Overlay>></Provide<Drafts>></Provide<Session>>
            </Clock>
        </BrowserRouter>
    }
}

#[component]
fn Shell() -> Html {
    use_session();
    use_overlay_end();
    html! {
        <div class="shell">
            <Navigation />
            <main class="content"><Switch<Route> render={switch} /></main>
            <Sidebar />
            <Dialogs />
            <ToastList />
        </div>
    }
}

/// Asks once who is using the page.
#[hook]
fn use_session() {
    let session = use_dispatch::<Session>();
    use_load((), move |()| async move {
        let who = match api::auth::me().await {
            Ok(Some(profile)) => Who::Member(profile.into()),
            Ok(None) | Err(Failure::SignInRequired) => Who::Visitor,
            Err(_) => Who::Anyone,
        };
        session.dispatch(SessionAction::Found(who));
    });
}

/// A dialog belongs to the page it was opened on.
#[hook]
fn use_overlay_end() {
    let overlay = use_dispatch::<Overlay>();
    let route = use_route::<Route>();
    use_effect_with(route, move |_| overlay.dispatch(Overlay::None));
}

fn switch(route: Route) -> Html {
    match route {
        Route::Home => html! { <Home /> },
        Route::Notifications => html! { <Notifications /> },
        Route::Search => html! { <SearchPage /> },
        Route::SignIn => html! { <SignIn /> },
        Route::Profile { handle } => html! { <ProfilePage {handle} /> },
        Route::Status { handle, uuid } => html! { <StatusPage {handle} {uuid} /> },
        Route::NotFound => html! { <NotFound /> },
    }
}
