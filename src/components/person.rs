//! A user's avatar, name and handle, as a link to the profile.

use yew::prelude::*;

use crate::components::avatar::Avatar;
use crate::components::link::Link;
use crate::format;
use crate::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct PersonProps {
    pub(crate) handle: AttrValue,
    /// The handle stands in for a display name that is not known.
    pub(crate) name: AttrValue,
}

#[component]
pub(crate) fn Person(props: &PersonProps) -> Html {
    let PersonProps { handle, name } = props;
    let name = AttrValue::from(format::name(name, handle).to_owned());
    html! {
        <Link to={Route::profile(handle)} action="profile.open">
            <Avatar {handle} name={name.clone()} />
            <span class="person">
                <strong>{ name }</strong>
                <span>{ "@" }{ handle }</span>
            </span>
        </Link>
    }
}
