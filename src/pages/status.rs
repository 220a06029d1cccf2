//! `/@:handle/status/:uuid`: one crud with its replies.

use otel_web_yew::use_route_template;
use std::rc::Rc;
use yew::prelude::*;

use crate::components::activity::{Card, Variant};
use crate::components::feed::{Feed, card};
use crate::components::icon::Icon;
use crate::components::load_more::LoadMore;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::hooks::{FeedView, use_title};
use crate::state::source::Source;

#[derive(Properties, PartialEq)]
pub(crate) struct StatusProps {
    pub(crate) handle: AttrValue,
    pub(crate) uuid: AttrValue,
}

#[component]
pub(crate) fn StatusPage(props: &StatusProps) -> Html {
    use_route_template("/@:handle/status/:uuid");
    use_title(&format!("Crud by @{}", props.handle));
    html! {
        <>
            <PageHeader title="Crud" back=true />
            <Feed source={Source::Status(props.uuid.to_string())} empty={not_found()} missing={not_found()} layout={Callback::from(detail)} />
        </>
    }
}

fn detail(view: FeedView) -> Html {
    html! {
        <>
            { for view.activities.iter().map(|activity| html! {
                <div key={activity.uuid.clone()}>
                    <Card activity={activity.clone()} variant={Variant::Detail} />
                    { for activity.replies.iter().enumerate().map(|(index, reply)| card(index, &Rc::new(reply.clone()), &view)) }
                </div>
            }) }
            if view.load_more.next.is_some() { <LoadMore load={view.load_more} /> }
        </>
    }
}

fn not_found() -> Html {
    html! { <Notice icon={Icon::Bomb} title="Crud not found" text="It expired, was deleted, or never existed." /> }
}
