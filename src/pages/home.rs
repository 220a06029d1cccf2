//! `/`: the home feed.

use otel_web_yew::use_route_template;
use yew::prelude::*;

use crate::components::feed::Feed;
use crate::components::icon::Icon;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::hooks::use_title;
use crate::state::source::Source;

#[component]
pub(crate) fn Home() -> Html {
    use_route_template("/");
    use_title("Home");
    html! {
        <>
            <PageHeader title="Home" />
            <Feed source={Source::Home} empty={empty()} missing={empty()} />
        </>
    }
}

fn empty() -> Html {
    html! { <Notice icon={Icon::Bubble} title="No cruds yet" text="Cruds expire. Post a new one." /> }
}
