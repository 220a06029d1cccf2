//! The header of the content column: page title and back button.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::Icon;

#[derive(Properties, PartialEq)]
pub(crate) struct PageHeaderProps {
    pub(crate) title: AttrValue,
    /// Shows the back button.
    #[prop_or_default]
    pub(crate) back: bool,
}

#[component]
pub(crate) fn PageHeader(props: &PageHeaderProps) -> Html {
    html! {
        <header class="page-header">
            if props.back {
                <Back />
            }
            // Focused after a navigation, which makes screen readers announce the page.
            <h1 tabindex="-1" dir="auto">{ &props.title }</h1>
        </header>
    }
}

#[component]
fn Back() -> Html {
    let navigator = use_navigator();
    let onclick = Callback::from(move |_| {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    });
    // The browser navigates in a later task, which is a trace of its own. The click is not a second one.
    html! {
        <button type="button" class="round" aria-label="Back" data-otel-ignore="" {onclick}>{ Icon::Back.draw() }</button>
    }
}
