//! What the address bar holds: everything a reload, a bookmark or a colleague needs.
//!
//! `/trace/{trace id}?q={query}&span={span id}&collapsed={span id},{span id}`, or `/sinks`

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trace_model::{SpanId, TraceId};
use yew_router::Routable;

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

/// The query string, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) span: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) collapsed: String,
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) place: Place,
    pub(crate) query: String,
    pub(crate) span: Option<SpanId>,
    pub(crate) collapsed: BTreeSet<SpanId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    #[default]
    List,
    Trace(TraceId),
    Sinks,
    /// An address that leads nowhere, with what is wrong about it.
    Nowhere(String),
}

impl View {
    pub(crate) fn read(route: Route, query: Query) -> Self {
        Self {
            place: Place::read(route),
            query: query.q,
            span: query.span.parse().ok(),
            collapsed: query
                .collapsed
                .split(',')
                .filter_map(|id| id.parse().ok())
                .collect(),
        }
    }

    pub(crate) fn write(&self) -> (Route, Query) {
        let collapsed: Vec<_> = self.collapsed.iter().map(SpanId::to_string).collect();
        let query = Query {
            q: self.query.clone(),
            span: self.span.map(|id| id.to_string()).unwrap_or_default(),
            collapsed: collapsed.join(","),
        };
        (self.place.write(), query)
    }

    pub(crate) const fn trace(&self) -> Option<TraceId> {
        match self.place {
            Place::Trace(id) => Some(id),
            Place::List | Place::Sinks | Place::Nowhere(_) => None,
        }
    }

    /// The same list with another trace open, as it is when nobody touched it yet.
    pub(crate) fn with_trace(&self, id: TraceId) -> Self {
        Self {
            place: Place::Trace(id),
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
            place: Place::Sinks,
            ..self.without_trace()
        }
    }

    pub(crate) fn with_query(&self, query: String) -> Self {
        Self {
            query,
            ..self.clone()
        }
    }

    pub(crate) fn with_span(&self, span: Option<SpanId>) -> Self {
        Self {
            span,
            ..self.clone()
        }
    }

    pub(crate) fn with_collapsed(&self, span: SpanId, collapsed: bool) -> Self {
        let mut view = self.clone();
        if collapsed {
            view.collapsed.insert(span);
        } else {
            view.collapsed.remove(&span);
        }
        view
    }
}

impl Place {
    fn read(route: Route) -> Self {
        match route {
            Route::List => Self::List,
            Route::Trace { id } => id.parse().map_or_else(
                |error| Self::Nowhere(format!("“{id}” is {error}: a trace id has 32 hex digits.")),
                Self::Trace,
            ),
            Route::Sinks => Self::Sinks,
            Route::NotFound => Self::Nowhere("Nothing lives at this address.".to_owned()),
        }
    }

    fn write(&self) -> Route {
        match self {
            Self::List => Route::List,
            Self::Trace(id) => Route::Trace { id: id.to_string() },
            Self::Sinks => Route::Sinks,
            Self::Nowhere(_) => Route::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_the_address_bar() {
        let span = |hex: &str| hex.parse().unwrap();
        let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let view = View::default()
            .with_trace(id)
            .with_query("status:error".to_owned())
            .with_span(Some(span("00f067aa0ba902b7")))
            .with_collapsed(span("00f067aa0ba902b8"), true)
            .with_collapsed(span("00f067aa0ba902b9"), true);
        let (route, query) = view.write();
        assert_eq!(route.to_path(), "/trace/6a2b7c1e98038103d269b633813fc60c");
        assert_eq!(query.collapsed, "00f067aa0ba902b8,00f067aa0ba902b9");
        assert_eq!(View::read(route, query), view);
    }

    #[test]
    fn another_trace_opens_untouched_in_the_same_list() {
        let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let touched = View::default()
            .with_query("like".to_owned())
            .with_span("00f067aa0ba902b7".parse().ok());
        let opened = touched.with_trace(id);
        assert_eq!((opened.query.as_str(), opened.span), ("like", None));
    }

    #[test]
    fn the_sinks_have_an_address_and_the_list_stays() {
        let view = View::default().with_query("like".to_owned()).with_sinks();
        let (route, query) = view.write();
        assert_eq!(route.to_path(), "/sinks");
        assert_eq!(View::read(route, query), view);
    }

    #[test]
    fn a_wrong_id_says_what_a_right_one_looks_like() {
        let route = Route::recognize("/trace/xyz").unwrap();
        let Place::Nowhere(text) = View::read(route, Query::default()).place else {
            panic!("read as a trace");
        };
        assert!(text.contains("32 hex digits"), "{text}");
    }
}
