//! The author and the age of a crud, and the time until it expires.

use std::rc::Rc;

use api_types::{Activity, visible::without_bidi_controls};
use yew::prelude::*;

use super::heading_level::HeadingLevel;
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
    /// The level of the heading: replies are below the crud that they reply to.
    pub(crate) level: HeadingLevel,
    /// The age links to the page of the crud.
    #[prop_or_default]
    pub(crate) links: bool,
}

#[component]
pub(crate) fn Byline(props: &BylineProps) -> Html {
    let Activity {
        handle, expires_at, ..
    } = &*props.activity;
    let now = use_now();
    html! {
        <div class="byline">
            <@{props.level.tag()} class="author">
                <Link to={Route::profile(handle)} action="profile.open">
                    <strong dir="auto">{ props.activity.name() }</strong>
                    <span>{ "@" }{ handle }</span>
                </Link>
            </@>
            <span class="times">
                { age(props, now) }
                if let Some(expires_at) = expires_at.filter(|_| !props.compact) {
                    <span class="expiry" title="Time left until it expires">
                        { Icon::Bomb.draw() }
                        <span class="visually-hidden">{ "Expires in " }</span>
                        { time::time_left(expires_at.as_millis(), now) }
                    </span>
                }
            </span>
        </div>
    }
}

/// Renders the age, as a link to the page of the crud if `links` is set.
fn age(props: &BylineProps, now: i64) -> Html {
    let Activity {
        handle,
        uuid,
        created_at,
        ..
    } = &*props.activity;
    let time = created_at.map(|at| {
        html! { <time datetime={at.to_string()}>{ time::age(at.as_millis(), now) }</time> }
    });
    if !props.links {
        return time.unwrap_or_default();
    }
    html! {
        <Link class="permalink" to={Route::status(handle, uuid)} action="crud.open">
            { time.unwrap_or_else(|| html! { "Open" }) }
            <span class="visually-hidden">{ ", crud by " }{ without_bidi_controls(props.activity.name()) }</span>
        </Link>
    }
}
