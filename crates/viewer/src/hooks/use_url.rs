//! The address bar as state.

use yew::{functional::use_memo, hook};
use yew_router::{
    Routable,
    hooks::{use_location, use_navigator, use_route},
    navigator::Navigator,
};

use crate::{
    base,
    route::{QueryString, Route, View},
    span_ref::SpanRef,
};

/// The view in the address bar, and methods that change it.
#[derive(Clone, PartialEq)]
pub(crate) struct Url {
    pub(crate) view: View,
    navigator: Option<Navigator>,
}

impl Url {
    /// Shows another view and adds a history entry, so that Back returns to this one.
    pub(crate) fn push(&self, view: &View) {
        let (route, query) = view.to_route();
        if let Some(navigator) = &self.navigator {
            // The query string consists of strings, which always serialize.
            let _ = navigator.push_with_query(&route, query);
        }
    }

    /// Shows another view in place of this history entry.
    pub(crate) fn replace(&self, view: &View) {
        let (route, query) = view.to_route();
        if let Some(navigator) = &self.navigator {
            let _ = navigator.replace_with_query(&route, query);
        }
    }

    /// Shows a span's details in a view. Only the first span adds a history entry, so that moving
    /// from span to span does not fill the history.
    pub(crate) fn select_span(&self, view: &View, span: SpanRef) {
        let view = view.with_span(Some(span));
        if self.view.span.is_some() {
            self.replace(&view);
        } else {
            self.push(&view);
        }
    }

    /// Returns the full address of a view, for links that can be copied or opened in a new tab.
    pub(crate) fn href(view: &View) -> String {
        let (route, query) = view.to_route();
        let overview = query.overview.parameters().into_iter();
        let parameters = query.parameters().into_iter();
        let parameters = parameters
            .map(|(name, value)| (name, value.as_str()))
            .filter(|(_, value)| !value.is_empty())
            .chain(overview);
        let parameters = parameters.map(|(name, value)| {
            let value = String::from(js_sys::encode_uri_component(value));
            format!("{name}={value}")
        });
        let parameters = parameters.collect::<Vec<_>>().join("&");
        let separator = if parameters.is_empty() { "" } else { "?" };
        base::page(&format!(
            "{}{separator}{parameters}",
            route.to_path().trim_start_matches('/')
        ))
    }
}

#[hook]
pub(crate) fn use_url() -> Url {
    let navigator = use_navigator();
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let query = use_location().map(|location| location.query::<QueryString>().unwrap_or_default());
    let view = use_memo((route, query), |(route, query)| {
        View::from_route(route.clone(), query.clone().unwrap_or_default())
    });
    Url {
        view: (*view).clone(),
        navigator,
    }
}
