//! The layout of the pages with a form about an account: header, heading, introduction and form.

use yew::prelude::*;

use crate::api::ApiError;
use crate::components::page_header::PageHeader;
use crate::hooks::{FormSubmit, use_focus_invalid};

#[derive(Properties, PartialEq)]
pub(crate) struct AccountPageProps {
    /// The title of the page.
    pub(crate) title: AttrValue,
    pub(crate) heading: AttrValue,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn AccountPage(props: &AccountPageProps) -> Html {
    html! {
        <>
            <PageHeader title={props.title.clone()} back=true />
            <div class="sign-in">
                <h2>{ &props.heading }</h2>
                { props.children.clone() }
            </div>
        </>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct AccountFormProps {
    pub(crate) form: FormSubmit,
    /// The label of the submit button.
    pub(crate) submit: AttrValue,
    /// The fields.
    pub(crate) children: Html,
}

/// A form that shows the errors of no field above its button, and focuses the first invalid field.
#[component]
pub(crate) fn AccountForm(props: &AccountFormProps) -> Html {
    let FormSubmit {
        error,
        is_pending,
        onsubmit,
        ..
    } = &props.form;
    let node = use_node_ref();
    use_focus_invalid(&node, error.as_ref());
    let form_error = error
        .as_ref()
        .filter(|error| !matches!(error, ApiError::Rejected(_)));
    html! {
        <form ref={node} onsubmit={onsubmit.clone()} novalidate=true>
            { props.children.clone() }
            <p class="error" role="alert">{ form_error.map(ToString::to_string) }</p>
            <button type="submit" class="pill" aria-busy={is_pending.then_some("true")}>{ &props.submit }</button>
        </form>
    }
}
