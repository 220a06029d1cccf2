//! A user's avatar, name and handle, as a link to the profile.

use yew::prelude::*;

use crate::components::avatar::Avatar;
use crate::components::link::Link;
use crate::format;
use crate::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct UserLinkProps {
    pub(crate) handle: AttrValue,
    /// The display name. If it is blank, the handle is shown instead.
    pub(crate) name: AttrValue,
}

#[component]
pub(crate) fn UserLink(props: &UserLinkProps) -> Html {
    let UserLinkProps { handle, name } = props;
    let name = AttrValue::from(format::display_name(name, handle).to_owned());
    html! {
        <Link to={Route::profile(handle)} action="profile.open">
            <Avatar {handle} name={name.clone()} />
            <span class="user">
                <strong dir="auto">{ name }</strong>
                <span>{ "@" }{ handle }</span>
            </span>
        </Link>
    }
}
