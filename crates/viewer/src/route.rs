//! The address: everything that a reload, a bookmark or a copied link must restore.
//!
//! `/trace/{trace id}?q={query}&span={span}&collapsed={span},{span}&view={tab}&path=only`,
//! or `/sinks`. A span is written as a [`SpanRef`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trace_model::TraceId;
use yew_router::Routable;

use crate::{span_ref::SpanRef, tab::Tab};

#[derive(Clone, Debug, PartialEq, Eq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    List,
    #[at("/trace/:id")]
    Trace { id: String },
    #[at("/sinks")]
    Sinks,
    #[not_found]
    #[at("/404")]
    NotFound,
}

/// The query string of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct QueryString {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) span: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) collapsed: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) view: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) path: String,
}

impl QueryString {
    /// Returns the parameters with their names, also those without a value.
    pub(crate) const fn parameters(&self) -> [(&'static str, &String); 5] {
        [
            ("q", &self.q),
            ("span", &self.span),
            ("collapsed", &self.collapsed),
            ("view", &self.view),
            ("path", &self.path),
        ]
    }
}

/// The value of `path` that hides the spans that are not on the critical path.
const PATH_ONLY: &str = "only";

/// The state of the page that the address holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) screen: Screen,
    pub(crate) query: String,
    pub(crate) span: Option<SpanRef>,
    pub(crate) collapsed: BTreeSet<SpanRef>,
    pub(crate) tab: Tab,
    /// Whether the waterfall shows only the spans on the critical path.
    pub(crate) is_path_only: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    #[default]
    List,
    Trace(TraceId),
    Sinks,
    /// The address is invalid, for this reason.
    NotFound(String),
}

impl View {
    pub(crate) fn from_route(route: Route, query: QueryString) -> Self {
        let collapsed = query.collapsed.split(',');
        Self {
            screen: Screen::from_route(route),
            query: query.q,
            span: SpanRef::parse(&query.span),
            collapsed: collapsed.filter_map(SpanRef::parse).collect(),
            tab: Tab::from_name(&query.view),
            is_path_only: query.path == PATH_ONLY,
        }
    }

    pub(crate) fn to_route(&self) -> (Route, QueryString) {
        let collapsed: Vec<_> = self.collapsed.iter().map(SpanRef::to_string).collect();
        let query = QueryString {
            q: self.query.clone(),
            span: self.span.map(|span| span.to_string()).unwrap_or_default(),
            collapsed: collapsed.join(","),
            view: self.tab.name().to_owned(),
            path: if self.is_path_only { PATH_ONLY } else { "" }.to_owned(),
        };
        (self.screen.to_route(), query)
    }

    pub(crate) const fn trace(&self) -> Option<TraceId> {
        match self.screen {
            Screen::Trace(id) => Some(id),
            Screen::List | Screen::Sinks | Screen::NotFound(_) => None,
        }
    }

    /// The same list with another trace open, without selection and collapsed spans.
    pub(crate) fn with_trace(&self, id: TraceId) -> Self {
        Self {
            screen: Screen::Trace(id),
            query: self.query.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn without_trace(&self) -> Self {
        Self {
            query: self.query.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn with_sinks(&self) -> Self {
        Self {
            screen: Screen::Sinks,
            ..self.without_trace()
        }
    }

    pub(crate) fn with_query(&self, query: String) -> Self {
        Self {
            query,
            ..self.clone()
        }
    }

    pub(crate) fn with_span(&self, span: Option<SpanRef>) -> Self {
        Self {
            span,
            ..self.clone()
        }
    }

    pub(crate) fn with_tab(&self, tab: Tab) -> Self {
        Self {
            tab,
            ..self.clone()
        }
    }

    pub(crate) fn with_path_only(&self, is_path_only: bool) -> Self {
        Self {
            is_path_only,
            ..self.clone()
        }
    }

    pub(crate) fn with_collapsed(&self, span: SpanRef, collapsed: bool) -> Self {
        let mut view = self.clone();
        if collapsed {
            view.collapsed.insert(span);
        } else {
            view.collapsed.remove(&span);
        }
        view
    }
}

impl Screen {
    fn from_route(route: Route) -> Self {
        match route {
            Route::List => Self::List,
            Route::Trace { id } => id.parse().map_or_else(
                |error| {
                    let text =
                        format!("“{id}” is not a trace id: {error}. A trace id has 32 hex digits.");
                    Self::NotFound(text)
                },
                Self::Trace,
            ),
            Route::Sinks => Self::Sinks,
            Route::NotFound => Self::NotFound("This address does not exist.".to_owned()),
        }
    }

    fn to_route(&self) -> Route {
        match self {
            Self::List => Route::List,
            Self::Trace(id) => Route::Trace { id: id.to_string() },
            Self::Sinks => Route::Sinks,
            Self::NotFound(_) => Route::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_round_trips_through_the_address() {
        let span = |text: &str| SpanRef::parse(text).unwrap();
        let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let view = View::default()
            .with_trace(id)
            .with_query("status:error".to_owned())
            .with_span(Some(span("00f067aa0ba902b7")))
            .with_collapsed(span("00f067aa0ba902b8"), true)
            .with_collapsed(span("00f067aa0ba902b8.1"), true)
            .with_tab(Tab::Statistics)
            .with_path_only(true);
        let (route, query) = view.to_route();
        assert_eq!(route.to_path(), "/trace/6a2b7c1e98038103d269b633813fc60c");
        assert_eq!(query.collapsed, "00f067aa0ba902b8,00f067aa0ba902b8.1");
        assert_eq!(View::from_route(route, query), view);
    }

    #[test]
    fn opening_another_trace_clears_the_selection_and_keeps_the_list() {
        let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let selected = View::default()
            .with_query("like".to_owned())
            .with_span(SpanRef::parse("00f067aa0ba902b7"));
        let opened = selected.with_trace(id);
        assert_eq!((opened.query.as_str(), opened.span), ("like", None));
    }

    #[test]
    fn the_sinks_screen_keeps_the_query() {
        let view = View::default().with_query("like".to_owned()).with_sinks();
        let (route, query) = view.to_route();
        assert_eq!(route.to_path(), "/sinks");
        assert_eq!(View::from_route(route, query), view);
    }

    #[test]
    fn an_invalid_trace_id_is_explained() {
        let route = Route::recognize("/trace/xyz").unwrap();
        let Screen::NotFound(text) = View::from_route(route, QueryString::default()).screen else {
            panic!("read as a trace");
        };
        assert!(text.contains("32 hex digits"), "{text}");
    }
}
