//! The page for unknown paths.

use otel_web_yew::use_route_template;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::components::link::Link;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::hooks::use_title;
use crate::route::Route;

#[component]
pub(crate) fn NotFound() -> Html {
    use_route_template("/*");
    use_title("Not found");
    html! {
        <>
            <PageHeader title="Not found" />
            <Notice icon={Icon::Cloud} title="Page not found" text="Check the URL, or go back to the home feed.">
                <Link class="pill" to={Route::Home}>{ "Back to Home" }</Link>
            </Notice>
        </>
    }
}
