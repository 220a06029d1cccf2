//! The address: everything that a reload, a bookmark or a copied link must restore.
//!
//! `/traces` (the list), `/trace/{trace id}`, `/trace/{trace id}/compare/{trace id}`, `/sinks` or `/data`, with these parameters: `q` is the query of the list, `span` the
//! selected span, `collapsed` the spans whose rows are not as [`View::level`] says, `view` the view
//! of the trace, `path=only` hides other spans than those of the critical path, `find` searches in the
//! trace, `show` is `dim` or `hide`, `level` collapses, `top` shows a subtree, and `zoom` is
//! `{start}-{end}` in nanoseconds after the start of the trace. A span is written as a [`SpanRef`].
//!
//! Overviews of many traces are at `/actions`, `/heatmap`, `/sessions`, `/map`, `/vitals` and `/logs`, with
//! the parameters of [`OverviewState`]. The front page, `/`, is `/actions` without parameters. `/` with a query
//! was the address of the list, and still shows it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trace_model::{TraceId, query};
use yew_router::Routable;

use crate::{
    overview_state::{OverviewPage, OverviewState},
    span_ref::SpanRef,
    tab::Tab,
};

#[derive(Clone, Debug, PartialEq, Eq, Routable)]
pub(crate) enum Route {
    #[at("/")]
    Front,
    #[at("/traces")]
    List,
    #[at("/trace/:id")]
    Trace { id: String },
    #[at("/trace/:id/compare/:other")]
    Compare { id: String, other: String },
    #[at("/sinks")]
    Sinks,
    #[at("/data")]
    Data,
    #[at("/actions")]
    Actions,
    #[at("/heatmap")]
    Heatmap,
    #[at("/sessions")]
    Sessions,
    #[at("/sessions/:id")]
    Session { id: String },
    #[at("/map")]
    Map,
    #[at("/vitals")]
    Vitals,
    #[at("/logs")]
    Logs,
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
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) find: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) show: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) level: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) top: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) zoom: String,
    #[serde(flatten)]
    pub(crate) overview: OverviewState,
}

impl QueryString {
    /// Returns the parameters with their names, also those without a value.
    pub(crate) const fn parameters(&self) -> [(&'static str, &String); 10] {
        [
            ("q", &self.q),
            ("span", &self.span),
            ("collapsed", &self.collapsed),
            ("view", &self.view),
            ("path", &self.path),
            ("find", &self.find),
            ("show", &self.show),
            ("level", &self.level),
            ("top", &self.top),
            ("zoom", &self.zoom),
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
    /// The spans whose rows are not as `level` says: collapsed instead of expanded, or the other way
    /// round. The first span of a group of siblings expands the group.
    pub(crate) collapsed: BTreeSet<SpanRef>,
    /// Spans at this depth and deeper are collapsed; the root has depth 1.
    pub(crate) level: Option<usize>,
    /// The span whose subtree is shown, instead of the whole trace.
    pub(crate) top: Option<SpanRef>,
    /// The part of the time axis, in nanoseconds after the start of the trace.
    pub(crate) zoom: Option<(u64, u64)>,
    /// The query for spans in the trace.
    pub(crate) find: String,
    pub(crate) others: Others,
    /// The trace with which the open one is compared.
    pub(crate) other: Option<TraceId>,
    pub(crate) tab: Tab,
    /// Whether the waterfall shows only the spans on the critical path.
    pub(crate) is_path_only: bool,
    pub(crate) overview: OverviewState,
}

/// What happens to the spans that the search in the trace does not find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Others {
    #[default]
    Shown,
    Dimmed,
    Hidden,
}

impl Others {
    pub(crate) const ALL: [Self; 3] = [Self::Shown, Self::Dimmed, Self::Hidden];

    /// Returns the name in addresses. The default has none.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Shown => "",
            Self::Dimmed => "dim",
            Self::Hidden => "hide",
        }
    }

    /// Reads the name in an address. An unknown one is the default.
    pub(crate) fn from_name(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|others| others.name() == name).unwrap_or_default()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    #[default]
    List,
    Trace(TraceId),
    Sinks,
    /// Import, export and removal of traces.
    Data,
    Overview(OverviewPage),
    /// The address is invalid, for this reason.
    NotFound(String),
}

impl View {
    pub(crate) fn from_route(route: Route, query: QueryString) -> Self {
        let collapsed = query.collapsed.split(',');
        let other = match &route {
            Route::Compare { other, .. } => other.parse().ok(),
            _ => None,
        };
        let tab = match &route {
            Route::Compare { .. } => Tab::Compare,
            _ => Tab::from_name(&query.view),
        };
        let screen = match route {
            // The address of the list before it moved to `/traces`.
            Route::Front if !query.q.is_empty() => Screen::List,
            route => Screen::from_route(route),
        };
        Self {
            screen,
            other,
            query: query.q,
            span: SpanRef::parse(&query.span),
            collapsed: collapsed.filter_map(SpanRef::parse).collect(),
            level: query.level.parse().ok().filter(|level| *level > 0),
            top: SpanRef::parse(&query.top),
            zoom: parse_zoom(&query.zoom),
            find: query.find,
            others: Others::from_name(&query.show),
            tab,
            is_path_only: query.path == PATH_ONLY,
            overview: query.overview,
        }
    }

    pub(crate) fn to_route(&self) -> (Route, QueryString) {
        let collapsed: Vec<_> = self.collapsed.iter().map(SpanRef::to_string).collect();
        let query = QueryString {
            q: self.query.clone(),
            span: self.span.map(|span| span.to_string()).unwrap_or_default(),
            collapsed: collapsed.join(","),
            level: self
                .level
                .map(|level| level.to_string())
                .unwrap_or_default(),
            top: self.top.map(|span| span.to_string()).unwrap_or_default(),
            zoom: self
                .zoom
                .map(|(from, to)| format!("{from}-{to}"))
                .unwrap_or_default(),
            find: self.find.clone(),
            show: self.others.name().to_owned(),
            view: self.tab.name().to_owned(),
            path: if self.is_path_only { PATH_ONLY } else { "" }.to_owned(),
            overview: self.overview.clone(),
        };
        match (&self.screen, self.other) {
            (Screen::Trace(id), Some(other)) if self.tab == Tab::Compare => {
                let (id, other) = (id.to_string(), other.to_string());
                let query = QueryString {
                    view: String::new(),
                    ..query
                };
                (Route::Compare { id, other }, query)
            }
            (Screen::Overview(OverviewPage::Actions), _) if query == QueryString::default() => {
                (Route::Front, query)
            }
            _ => (self.screen.to_route(), query),
        }
    }

    pub(crate) const fn trace(&self) -> Option<TraceId> {
        match self.screen {
            Screen::Trace(id) => Some(id),
            Screen::List
            | Screen::Sinks
            | Screen::Data
            | Screen::Overview(_)
            | Screen::NotFound(_) => None,
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
            query: self.query_of_page(false),
            ..Self::default()
        }
    }

    /// The query without the terms that only apply to this page: `severity` is about log records,
    /// `status:`, `kind:` and `duration` are about spans.
    fn query_of_page(&self, lists_logs: bool) -> String {
        let lists_logs_now = self.screen == Screen::Overview(OverviewPage::Logs);
        if lists_logs == lists_logs_now {
            return self.query.clone();
        }
        let mut parsed = query::parse(&self.query).query;
        let count = parsed.terms.len();
        parsed.terms.retain(|term| {
            if lists_logs {
                !term.condition.is_about_spans()
            } else {
                !term.condition.is_about_severity()
            }
        });
        if parsed.terms.len() == count {
            self.query.clone()
        } else {
            parsed.to_string()
        }
    }

    pub(crate) fn with_sinks(&self) -> Self {
        Self {
            screen: Screen::Sinks,
            ..self.without_trace()
        }
    }

    pub(crate) fn with_data(&self) -> Self {
        Self {
            screen: Screen::Data,
            ..self.without_trace()
        }
    }

    /// An overview with the same query and time range.
    pub(crate) fn with_page(&self, page: OverviewPage) -> Self {
        Self {
            query: self.query_of_page(page == OverviewPage::Logs),
            screen: Screen::Overview(page),
            overview: self.overview.range_only(),
            ..Self::default()
        }
    }

    pub(crate) fn with_overview(&self, overview: OverviewState) -> Self {
        Self {
            overview,
            ..self.clone()
        }
    }

    /// Shows the first page of another query.
    pub(crate) fn with_query(&self, query: String) -> Self {
        let overview = OverviewState {
            cursor: String::new(),
            ..self.overview.clone()
        };
        Self {
            query,
            overview,
            ..self.clone()
        }
    }

    pub(crate) fn with_span(&self, span: Option<SpanRef>) -> Self {
        Self {
            span,
            ..self.clone()
        }
    }

    pub(crate) fn with_zoom(&self, zoom: Option<(u64, u64)>) -> Self {
        Self {
            zoom,
            ..self.clone()
        }
    }

    /// Shows a subtree, or the whole trace, on the whole axis.
    pub(crate) fn with_top(&self, top: Option<SpanRef>) -> Self {
        Self {
            top,
            zoom: None,
            ..self.clone()
        }
    }

    /// Collapses all spans at a depth, or none.
    pub(crate) fn with_level(&self, level: Option<usize>) -> Self {
        Self {
            level,
            collapsed: BTreeSet::new(),
            ..self.clone()
        }
    }

    pub(crate) fn with_find(&self, find: String) -> Self {
        Self {
            find,
            ..self.clone()
        }
    }

    pub(crate) fn with_others(&self, others: Others) -> Self {
        Self {
            others,
            ..self.clone()
        }
    }

    pub(crate) fn with_tab(&self, tab: Tab) -> Self {
        Self {
            tab,
            ..self.clone()
        }
    }

    /// Compares the open trace with another one, or offers some.
    pub(crate) fn with_other(&self, other: Option<TraceId>) -> Self {
        Self {
            other,
            ..self.with_tab(Tab::Compare)
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

/// Reads `{start}-{end}`. Returns `None` for an empty range.
fn parse_zoom(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once('-')?;
    let zoom = (from.parse().ok()?, to.parse().ok()?);
    (zoom.0 < zoom.1).then_some(zoom)
}

impl Screen {
    fn from_route(route: Route) -> Self {
        match route {
            Route::List => Self::List,
            Route::Front | Route::Actions => Self::Overview(OverviewPage::Actions),
            Route::Trace { id } => Self::of_trace(&id),
            Route::Compare { id, other } => match Self::of_trace(&other) {
                Self::Trace(_) => Self::of_trace(&id),
                invalid => invalid,
            },
            Route::Sinks => Self::Sinks,
            Route::Data => Self::Data,
            Route::Heatmap => Self::Overview(OverviewPage::Heatmap),
            Route::Sessions => Self::Overview(OverviewPage::Sessions),
            Route::Session { id } => Self::Overview(OverviewPage::Session(id)),
            Route::Map => Self::Overview(OverviewPage::Map),
            Route::Vitals => Self::Overview(OverviewPage::Vitals),
            Route::Logs => Self::Overview(OverviewPage::Logs),
            Route::NotFound => Self::NotFound("This address does not exist.".to_owned()),
        }
    }

    fn of_trace(id: &str) -> Self {
        let invalid = |error| {
            let text = format!("“{id}” is not a trace id: {error}. A trace id has 32 hex digits.");
            Self::NotFound(text)
        };
        id.parse().map_or_else(invalid, Self::Trace)
    }

    fn to_route(&self) -> Route {
        match self {
            Self::List => Route::List,
            Self::Trace(id) => Route::Trace { id: id.to_string() },
            Self::Sinks => Route::Sinks,
            Self::Data => Route::Data,
            Self::Overview(page) => match page.clone() {
                OverviewPage::Actions => Route::Actions,
                OverviewPage::Heatmap => Route::Heatmap,
                OverviewPage::Sessions => Route::Sessions,
                OverviewPage::Session(id) => Route::Session { id },
                OverviewPage::Map => Route::Map,
                OverviewPage::Vitals => Route::Vitals,
                OverviewPage::Logs => Route::Logs,
            },
            Self::NotFound(_) => Route::NotFound,
        }
    }
}

#[cfg(test)]
mod tests;
