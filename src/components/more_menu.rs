//! The menu "More" of the navigation: the theme, the account, and signing out.
//!
//! It is a popover: the browser closes it on Escape and on a click outside, and returns the focus.

use otel_web_yew::use_action;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::Icon;
use crate::components::link::Link;
use crate::components::navigation::use_sign_out;
use crate::hooks::{Theme, use_theme};
use crate::route::Route;
use crate::state::session::Session;
use crate::state::use_store;

const ID: &str = "more";

#[component]
pub(crate) fn MoreMenu() -> Html {
    let is_signed_in = use_store::<Session>().user().is_some();
    // A navigation replaces the menu, which closes it.
    let key = use_route::<Route>().map(|route| route.to_path());
    html! {
        <>
            <button type="button" class="nav-link" popovertarget={ID} data-otel-action="more.open">
                { Icon::More.draw() }<span>{ "More" }</span>
            </button>
            <div key={key.unwrap_or_default()} id={ID} class="menu" popover="auto" role="group" aria-label="More">
                <ThemeSwitch />
                <div>
                    if is_signed_in {
                        <Link class="nav-link" to={Route::More}>{ Icon::Person.draw() }<span>{ "Account" }</span></Link>
                        <SignOut />
                    }
                </div>
            </div>
        </>
    }
}

#[component]
fn ThemeSwitch() -> Html {
    let (current, set) = use_theme();
    html! {
        <div class="themes" role="group" aria-label="Theme">
            { for Theme::ALL.into_iter().map(|theme| html! {
                <ThemeButton key={theme.label()} {theme} is_current={theme == current} set={set.clone()} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ThemeButtonProps {
    theme: Theme,
    is_current: bool,
    set: Callback<Theme>,
}

#[component]
fn ThemeButton(props: &ThemeButtonProps) -> Html {
    let (theme, set) = (props.theme, props.set.clone());
    let onclick = use_action("theme.change", move |_: MouseEvent| {
        set.emit(theme);
        std::future::ready(())
    });
    html! {
        <button type="button" class="pill quiet" aria-pressed={props.is_current.to_string()} {onclick}>
            { theme.label() }
        </button>
    }
}

#[component]
fn SignOut() -> Html {
    let onclick = use_sign_out();
    html! {
        <button type="button" class="nav-link" popovertarget={ID} popovertargetaction="hide" {onclick}>
            { Icon::SignOut.draw() }<span>{ "Sign Out" }</span>
        </button>
    }
}
