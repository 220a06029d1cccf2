//! The address bar as state: read it, push a new place, or replace the current one.

use yew::{functional::use_memo, hook};
use yew_router::{
    Routable,
    hooks::{use_location, use_navigator, use_route},
    navigator::Navigator,
};

use crate::{
    base,
    route::{Query, Route, View},
};

/// What is shown, and the way to show something else.
#[derive(Clone, PartialEq)]
pub(crate) struct Url {
    pub(crate) view: View,
    navigator: Option<Navigator>,
}

impl Url {
    /// Goes somewhere else: Back returns here.
    pub(crate) fn push(&self, view: &View) {
        let (route, query) = view.write();
        if let Some(navigator) = &self.navigator {
            // The query is three plain strings, which always serialize.
            let _ = navigator.push_with_query(&route, query);
        }
    }

    /// Changes what is shown without a step for Back.
    pub(crate) fn replace(&self, view: &View) {
        let (route, query) = view.write();
        if let Some(navigator) = &self.navigator {
            let _ = navigator.replace_with_query(&route, query);
        }
    }

    /// Shows a span's details. Only opening them is a step for Back, so that moving from
    /// span to span does not fill the history.
    pub(crate) fn select_span(&self, span: trace_model::SpanId) {
        let view = self.view.with_span(Some(span));
        if self.view.span.is_some() {
            self.replace(&view);
        } else {
            self.push(&view);
        }
    }

    /// For links, so that they can be copied and opened in a new tab: whole addresses.
    pub(crate) fn href(view: &View) -> String {
        let (route, query) = view.write();
        let parameters = [
            ("q", &query.q),
            ("span", &query.span),
            ("collapsed", &query.collapsed),
        ];
        let given = parameters
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        let given = given.map(|(name, value)| {
            let value = String::from(js_sys::encode_uri_component(value));
            format!("{name}={value}")
        });
        let given = given.collect::<Vec<_>>().join("&");
        let mark = if given.is_empty() { "" } else { "?" };
        base::url(&format!(
            "{}{mark}{given}",
            route.to_path().trim_start_matches('/')
        ))
    }
}

#[hook]
pub(crate) fn use_url() -> Url {
    let navigator = use_navigator();
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let query = use_location().map(|location| location.query::<Query>().unwrap_or_default());
    let view = use_memo((route, query), |(route, query)| {
        View::read(route.clone(), query.clone().unwrap_or_default())
    });
    Url {
        view: (*view).clone(),
        navigator,
    }
}
