//! The author and the age of a crud, and the time until it expires.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::components::link::Link;
use crate::format::time;
use crate::hooks::use_now;
use crate::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct BylineProps {
    pub(crate) activity: Rc<Activity>,
    /// Omits the time until it expires.
    #[prop_or_default]
    pub(crate) compact: bool,
}

#[component]
pub(crate) fn Byline(props: &BylineProps) -> Html {
    let Activity {
        handle,
        created_at,
        expires_at,
        ..
    } = &*props.activity;
    let now = use_now();
    html! {
        <div class="byline">
            <Link class="author" to={Route::profile(handle)} action="profile.open">
                <strong>{ props.activity.name() }</strong>
                <span>{ "@" }{ handle }</span>
            </Link>
            <span class="times">
                if let Some(created_at) = created_at {
                    <time datetime={created_at.to_string()}>{ time::age(created_at.as_millis(), now) }</time>
                }
                if let Some(expires_at) = expires_at.filter(|_| !props.compact) {
                    <span class="expiry" title="Time left until it expires">
                        { Icon::Bomb.draw() }
                        { time::time_left(expires_at.as_millis(), now) }
                    </span>
                }
            </span>
        </div>
    }
}
