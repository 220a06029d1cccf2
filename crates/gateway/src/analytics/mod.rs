//! The queries behind the overviews of many traces.
//!
//! [`Analytics`] is what the API needs of an engine. It knows neither SQL nor files: the store
//! implements it, and another engine can take its place. The engine selects the traces of a
//! [`Scope`], and `trace_model::overview` reduces them.

mod error;
mod parameters;
mod ranked_span;
mod scope;
mod selection;

use trace_model::explain::Explanation;
use trace_model::overview::{
    Actions, AttributeNames, Heatmap, ServiceMap, SessionTimeline, Sessions, SpanRank, WebVitals,
};

pub(crate) use self::{
    error::AnalyticsError,
    parameters::OverviewParameters,
    ranked_span::RankedSpan,
    scope::{ActionKey, Scope},
    selection::Selection,
};

/// Answers questions about many traces. Each answer takes a limited time, and says if it is
/// therefore about the newest traces only.
pub(crate) trait Analytics {
    /// Returns the revision of the data: an answer stays the same while it does.
    fn data_revision(&self) -> String;

    /// Returns the actions and their figures.
    fn actions(&self, scope: Scope)
    -> impl Future<Output = Result<Actions, AnalyticsError>> + Send;

    /// Counts traces by start and duration.
    fn heatmap(&self, scope: Scope)
    -> impl Future<Output = Result<Heatmap, AnalyticsError>> + Send;

    /// Lists sessions.
    fn sessions(
        &self,
        scope: Scope,
    ) -> impl Future<Output = Result<Sessions, AnalyticsError>> + Send;

    /// Returns the actions of a session in order. `None` if the session is unknown.
    fn session(
        &self,
        id: String,
        scope: Scope,
    ) -> impl Future<Output = Result<Option<SessionTimeline>, AnalyticsError>> + Send;

    /// Returns who calls whom.
    fn map(&self, scope: Scope) -> impl Future<Output = Result<ServiceMap, AnalyticsError>> + Send;

    /// Returns web vitals by route.
    fn vitals(
        &self,
        scope: Scope,
    ) -> impl Future<Output = Result<WebVitals, AnalyticsError>> + Send;

    /// Finds what distinguishes the selected traces from the others of the scope.
    fn explain(
        &self,
        scope: Scope,
        selection: Selection,
    ) -> impl Future<Output = Result<Explanation, AnalyticsError>> + Send;

    /// Compares a span with those of its name in the newest traces of the scope.
    fn span_rank(
        &self,
        scope: Scope,
        span: RankedSpan,
    ) -> impl Future<Output = Result<SpanRank, AnalyticsError>> + Send;

    /// Returns the keys of attributes, or the values of one key, of the newest traces.
    fn attributes(
        &self,
        key: Option<String>,
        scope: Scope,
    ) -> impl Future<Output = Result<AttributeNames, AnalyticsError>> + Send;
}
