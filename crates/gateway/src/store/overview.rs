//! Overviews of many traces: a scan of the table `root`, newest first, with a time limit.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};
use trace_model::{
    Span, TraceId, VIEWER_SERVICE,
    explain::Explanation,
    overview::{
        ActionTable, Actions, AttributeNames, AttributeTable, Coverage, Heatmap, HeatmapTable,
        MAX_SESSION_ACTIONS, Outcome, RootRow, ServiceMap, ServiceMapTable, Session, SessionAction,
        SessionTable, SessionTimeline, Sessions, SpanRank, SpanRankTable, VitalsTable, WebVitals,
        Window,
    },
};

use super::{
    Store, TraceFilter,
    explain::explain,
    facts::{self, Details},
    list::{self, Matching},
    origins::Origins,
    sample, spans,
    trace_row::signed,
};
use crate::{
    analytics::{Analytics, AnalyticsError, RankedSpan, Scope, Selection},
    clock,
};

/// The time limit of the search for all traces that match a query.
const SEARCH_TIME: Duration = Duration::from_secs(1);

/// The time limit of reading the table.
const SCAN_TIME: Duration = Duration::from_secs(1);

/// With more matches than this, reading all rows of the window is faster than looking up each.
const MAX_LOOKUPS: usize = 20_000;

/// Rows between two checks of the time limit.
const ROWS_PER_TIME_CHECK: u64 = 512;

/// Traces whose attributes complete a query.
const MAX_ATTRIBUTE_TRACES: usize = 300;

/// Traces whose spans are compared with one span, and the time limit of reading them.
const MAX_RANKED_TRACES: usize = 300;
const RANK_TIME: Duration = Duration::from_millis(500);

/// Loads with bad vitals whose spans are read for their attribution.
const MAX_ATTRIBUTED_LOADS: usize = 90;

/// Attributes of an attribution.
const MAX_ATTRIBUTION: usize = 6;

const EXTENT: &str = "SELECT (SELECT min(start) FROM root), (SELECT max(start) FROM root)";

const ID: &str = "SELECT id FROM trace WHERE number = ?";

const NUMBER: &str = "SELECT number FROM trace WHERE id = ?";

impl Analytics for Store {
    fn data_revision(&self) -> String {
        let totals = self.totals();
        format!("{}-{}-{}", self.opened, totals.last_seq, totals.revision)
    }

    async fn actions(&self, scope: Scope) -> Result<Actions, AnalyticsError> {
        self.overview(scope, actions).await
    }

    async fn heatmap(&self, scope: Scope) -> Result<Heatmap, AnalyticsError> {
        self.overview(scope, heatmap).await
    }

    async fn sessions(&self, scope: Scope) -> Result<Sessions, AnalyticsError> {
        self.overview(scope, sessions).await
    }

    async fn session(
        &self,
        id: String,
        scope: Scope,
    ) -> Result<Option<SessionTimeline>, AnalyticsError> {
        self.overview(scope, move |reader| session(reader, &id))
            .await
    }

    async fn map(&self, scope: Scope) -> Result<ServiceMap, AnalyticsError> {
        self.overview(scope, map).await
    }

    async fn vitals(&self, scope: Scope) -> Result<WebVitals, AnalyticsError> {
        self.overview(scope, vitals).await
    }

    async fn attributes(
        &self,
        key: Option<String>,
        scope: Scope,
    ) -> Result<AttributeNames, AnalyticsError> {
        self.overview(scope, |reader| attributes(reader, key)).await
    }

    async fn span_rank(&self, scope: Scope, span: RankedSpan) -> Result<SpanRank, AnalyticsError> {
        self.overview(scope, |reader| span_rank(reader, span)).await
    }

    async fn explain(
        &self,
        scope: Scope,
        selection: Selection,
    ) -> Result<Explanation, AnalyticsError> {
        self.overview(scope, move |reader| explain(reader, selection))
            .await
    }
}

impl Store {
    async fn overview<T: Send + 'static>(
        &self,
        scope: Scope,
        query: impl FnOnce(&Reader<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, AnalyticsError> {
        let read = self.read(move |connection| {
            // All statements read one state of the store.
            let transaction = connection.unchecked_transaction()?;
            query(&Reader::new(&transaction, scope, clock::now())?)
        });
        read.await.map_err(AnalyticsError::new)
    }
}

/// Reads the traces of a scope.
pub(super) struct Reader<'a> {
    pub(super) connection: &'a Connection,
    scope: Scope,
    window: Window,
    now: i64,
}

impl<'a> Reader<'a> {
    fn new(connection: &'a Connection, scope: Scope, now: i64) -> rusqlite::Result<Self> {
        let extent = connection.prepare_cached(EXTENT)?.query_row([], |row| {
            let time = |index| row.get::<_, Option<i64>>(index);
            Ok(time(0)?.zip(time(1)?))
        })?;
        let stored = extent.map(|(first, last)| (unsigned(first), unsigned(last)));
        let window = scope.window(stored, unsigned(now));
        Ok(Self {
            connection,
            scope,
            window,
            now,
        })
    }

    /// Visits the traces of the window, or a sample of them. Returns which.
    pub(super) fn for_each(
        &self,
        details: Details,
        visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<Coverage> {
        self.for_each_from(self.window.since, details, visit)
    }

    /// Visits the traces that started at or after `since`, newest first, or a sample of them.
    fn for_each_from(
        &self,
        since: u64,
        details: Details,
        visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<Coverage> {
        let filter = self.filter(since);
        let matching = filter.map(|filter| sample::matching(self.connection, &filter, self.now));
        self.visit(since, details, matching.transpose()?, visit)
    }

    /// Visits the traces of the window. None is left out unless the time limit is reached.
    fn for_all(
        &self,
        details: Details,
        visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<Coverage> {
        let since = self.window.since;
        let deadline = Instant::now() + SEARCH_TIME;
        let matching = self
            .filter(since)
            .map(|filter| list::matching(self.connection, &filter, self.now, deadline));
        self.visit(since, details, matching.transpose()?, visit)
    }

    /// Visits the traces that started at or after `since`, newest first. If there is a query, those
    /// that match.
    fn visit(
        &self,
        since: u64,
        details: Details,
        matching: Option<Matching>,
        mut visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<Coverage> {
        let Some(Matching {
            positions,
            mut coverage,
        }) = matching
        else {
            let cut_short = self.scan(since, details, visit)?;
            return Ok(Coverage {
                cut_short,
                ..Coverage::default()
            });
        };
        let mut left = &*positions;
        let is_out_of_time = if positions.len() <= MAX_LOOKUPS {
            self.look_up(&positions, details, visit)?
        } else {
            self.scan(since, details, |row| {
                if advance(&mut left, row) {
                    visit(row);
                }
            })?
        };
        coverage.cut_short |= is_out_of_time;
        Ok(coverage)
    }

    /// Visits the rows from `since` on. Returns whether the time limit was reached.
    fn scan(
        &self,
        since: u64,
        details: Details,
        mut visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<bool> {
        let deadline = Instant::now() + SCAN_TIME;
        let sql = details.sql_of_window();
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([signed(since), signed(self.window.until)])?;
        let mut count: u64 = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            if count.is_multiple_of(ROWS_PER_TIME_CHECK) && Instant::now() >= deadline {
                return Ok(true);
            }
            let row = facts::read(row, details)?;
            if self.includes(&row) {
                visit(&row);
            }
        }
        Ok(false)
    }

    /// Visits the rows at these positions. Returns whether the time limit was reached.
    fn look_up(
        &self,
        positions: &[(i64, i64)],
        details: Details,
        mut visit: impl FnMut(&RootRow<'_>),
    ) -> rusqlite::Result<bool> {
        let deadline = Instant::now() + SCAN_TIME;
        let until = signed(self.window.until);
        let mut statement = self.connection.prepare_cached(&details.sql_of_trace())?;
        for (start, number) in positions.iter().filter(|(start, _)| *start < until) {
            if Instant::now() >= deadline {
                return Ok(true);
            }
            let mut rows = statement.query([start, number])?;
            // A large trace has no row until it is summarized.
            if let Some(row) = rows.next()? {
                let row = facts::read(row, details)?;
                if self.includes(&row) {
                    visit(&row);
                }
            }
        }
        Ok(false)
    }

    fn includes(&self, row: &RootRow<'_>) -> bool {
        let is_own = row.service == VIEWER_SERVICE;
        (!is_own || self.scope.includes_own) && self.scope.action.matches(row)
    }

    /// Returns the filter for the query. `None` if there is no query.
    fn filter(&self, since: u64) -> Option<TraceFilter> {
        let query = &self.scope.query;
        (!query.is_empty())
            .then(|| TraceFilter::all_since(query.clone(), signed(since), self.scope.includes_own))
    }

    pub(super) fn trace_id(&self, number: i64) -> Option<TraceId> {
        let mut statement = self.connection.prepare_cached(ID).ok()?;
        let id = statement.query_row([number], |row| row.get::<_, Vec<u8>>(0));
        TraceId::try_from(&*id.ok()?).ok()
    }
}

/// Skips the positions before a row. Returns whether the row is at the next one. Both are newest
/// first.
fn advance(positions: &mut &[(i64, i64)], row: &RootRow<'_>) -> bool {
    let here = (signed(row.start_unix_nano), row.key);
    while let Some((first, rest)) = positions.split_first()
        && *first > here
    {
        *positions = rest;
    }
    positions.first() == Some(&here)
}

fn actions(reader: &Reader<'_>) -> rusqlite::Result<Actions> {
    let mut table = ActionTable::new(reader.window);
    // "All" has no period before it.
    let since = match reader.scope.since {
        Some(_) => reader.window.previous_since(),
        None => reader.window.since,
    };
    let coverage = reader.for_each_from(since, Details::Breakdown, |row| table.add(row))?;
    let mut actions = table.finish(reader.scope.limit, |key| reader.trace_id(key));
    actions.coverage = coverage;
    if coverage.cut_short {
        // The period before was not read, or not as a whole.
        for action in &mut actions.actions {
            action.previous = None;
        }
    }
    Ok(actions)
}

fn heatmap(reader: &Reader<'_>) -> rusqlite::Result<Heatmap> {
    let mut table = HeatmapTable::new(reader.window, reader.scope.columns);
    let coverage = reader.for_each(Details::None, |row| table.add(row))?;
    Ok(Heatmap {
        coverage,
        ..table.finish(|key| reader.trace_id(key))
    })
}

fn sessions(reader: &Reader<'_>) -> rusqlite::Result<Sessions> {
    let mut table = SessionTable::new(reader.window);
    let coverage = reader.for_each(Details::Session, |row| table.add(row))?;
    Ok(Sessions {
        coverage,
        ..table.finish(reader.scope.limit)
    })
}

fn session(reader: &Reader<'_>, id: &str) -> rusqlite::Result<Option<SessionTimeline>> {
    let mut session = Session {
        session_id: id.to_owned(),
        ..Session::default()
    };
    let mut actions = Vec::new();
    // A sample would leave out most actions of the session.
    let coverage = reader.for_all(Details::Session, |row| {
        if row.session == id {
            session.add(row);
            actions.extend(reader.trace_id(row.key).map(|id| session_action(row, id)));
        }
    })?;
    actions.reverse();
    let left_out = actions.len().saturating_sub(MAX_SESSION_ACTIONS) as u64;
    actions.truncate(MAX_SESSION_ACTIONS);
    Ok((session.actions > 0).then_some(SessionTimeline {
        session,
        actions,
        left_out,
        cut_short: coverage.cut_short,
    }))
}

fn session_action(row: &RootRow<'_>, trace_id: TraceId) -> SessionAction {
    SessionAction {
        trace_id,
        start_unix_nano: row.start_unix_nano,
        duration_nano: row.duration_nano,
        name: row.name.to_owned(),
        route: row.route.to_owned(),
        service: row.service.to_owned(),
        is_error: row.outcome.has(Outcome::ERROR),
        is_frustrated: row.outcome.is_frustrated(),
        vitals: row.vitals,
    }
}

fn map(reader: &Reader<'_>) -> rusqlite::Result<ServiceMap> {
    let mut table = ServiceMapTable::new(reader.window);
    let coverage = reader.for_each(Details::Calls, |row| table.add(row))?;
    Ok(ServiceMap {
        coverage,
        ..table.finish(reader.scope.limit)
    })
}

fn vitals(reader: &Reader<'_>) -> rusqlite::Result<WebVitals> {
    let mut table = VitalsTable::new(reader.window);
    let coverage = reader.for_each(Details::Vitals, |row| table.add(row))?;
    let mut vitals = table.finish(reader.scope.limit, |key| reader.trace_id(key));
    vitals.coverage = coverage;
    let routes = vitals.routes.iter_mut().flat_map(|route| &mut route.vitals);
    let loads = routes.flat_map(|vital| {
        let name = vital.vital.name();
        vital.worst.iter_mut().map(move |load| (name, load))
    });
    for (vital, load) in loads.take(MAX_ATTRIBUTED_LOADS) {
        load.attribution = attribution(reader.connection, vital, load.trace_id)?;
    }
    Ok(vitals)
}

fn span_rank(reader: &Reader<'_>, span: RankedSpan) -> rusqlite::Result<SpanRank> {
    let mut table = SpanRankTable::new(span.service, span.name, span.duration_nano);
    let limits = (MAX_RANKED_TRACES, RANK_TIME);
    let cut_short = for_each_newest(reader, limits, |spans| table.add(spans))?;
    Ok(SpanRank {
        cut_short,
        ..table.finish()
    })
}

fn attributes(reader: &Reader<'_>, key: Option<String>) -> rusqlite::Result<AttributeNames> {
    let mut table = AttributeTable::new(key);
    let limits = (MAX_ATTRIBUTE_TRACES, SCAN_TIME);
    let cut_short = for_each_newest(reader, limits, |spans| table.add(spans))?;
    Ok(AttributeNames {
        cut_short,
        ..table.finish(reader.scope.limit)
    })
}

/// Visits the spans of the newest traces of the scope. Returns whether the time limit was reached.
fn for_each_newest(
    reader: &Reader<'_>,
    (max_traces, time): (usize, Duration),
    mut visit: impl FnMut(&[Span]),
) -> rusqlite::Result<bool> {
    let mut newest = Vec::new();
    reader.for_each(Details::None, |row| {
        if newest.len() < max_traces {
            newest.push(row.key);
        }
    })?;
    let (deadline, mut origins) = (Instant::now() + time, Origins::default());
    for number in newest {
        if Instant::now() >= deadline {
            return Ok(true);
        }
        visit(&spans::of_trace(reader.connection, number, &mut origins)?.spans);
    }
    Ok(false)
}

/// Returns the attributes of a vital besides its value, such as the element that was painted.
fn attribution(
    connection: &Connection,
    vital: &str,
    id: TraceId,
) -> rusqlite::Result<Vec<(String, String)>> {
    let mut number = connection.prepare_cached(NUMBER)?;
    let number = number
        .query_row([id.to_bytes()], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        return Ok(Vec::new());
    };
    let (prefix, value) = (format!("browser.web_vital.{vital}."), ".value");
    let trace = spans::of_trace(connection, number, &mut Origins::default())?;
    let attributes = trace.spans.iter().flat_map(|span| &span.attributes.0);
    let attributed = attributes.filter_map(|attribute| {
        let name = attribute.key.strip_prefix(&prefix)?;
        let is_value = attribute.key.ends_with(value);
        (!is_value).then(|| (name.to_owned(), attribute.value.to_string()))
    });
    Ok(attributed.take(MAX_ATTRIBUTION).collect())
}

fn unsigned(nanos: i64) -> u64 {
    u64::try_from(nanos).unwrap_or_default()
}
