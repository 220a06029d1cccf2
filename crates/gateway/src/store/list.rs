//! The list of traces: a scan of the index, newest first, with a time limit.
//!
//! The index's columns rule out most traces. They are tested in a function that SQLite calls for
//! each row, because returning a row from a statement costs several times as much. If the columns
//! cannot decide, the first texts of the trace are searched. After that its spans are read until
//! the result is known.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, Row, functions::FunctionFlags, params};
use trace_model::{
    TraceId,
    overview::Coverage,
    query::{Condition, Matcher, Query, Term},
};

use super::{
    cursor::Cursor,
    damage,
    filter::{COLUMNS, Columns as _, Filter, Ternary, column},
    origins::Origins,
    spans,
    trace_query::TraceFilter,
};

/// The time limit of a query. A longer one returns what it found and a cursor to continue.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Rows between two checks of the time limit.
pub(super) const ROWS_PER_TIME_CHECK: u32 = 128;

/// The SQL function that tests whether the columns of the index rule a trace out.
const MAY_MATCH: &str = "may_match";

/// Selects the row before a row in the list.
const PREVIOUS: &str = "SELECT start, number FROM trace INDEXED BY trace_by_start
    WHERE (start, number) > (?, ?) ORDER BY start, number LIMIT 1";

/// The columns that are selected after `COLUMNS`. They are not in the index, so SQLite reads them
/// only for rows that the index does not rule out.
const DETAILS: &str = "summary, services, search, is_whole, id";

/// Positions of `DETAILS`.
mod detail {
    use super::COLUMNS;

    pub(super) const SUMMARY: usize = COLUMNS.len();
    pub(super) const SERVICES: usize = SUMMARY + 1;
    pub(super) const SEARCH: usize = SUMMARY + 2;
    pub(super) const IS_WHOLE: usize = SUMMARY + 3;
    pub(super) const ID: usize = SUMMARY + 4;
}

/// A page of the list.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Summaries as stored: JSON objects.
    pub(crate) summaries: Vec<String>,
    /// The cursor of the next page. `None` at the end of the list.
    pub(crate) next: Option<String>,
    /// The time limit was reached before the page was full.
    pub(crate) cut_short: bool,
}

/// Returns the page that `filter` asks for. `now` is the system's time.
pub(super) fn list(
    connection: &Connection,
    filter: &TraceFilter,
    now: i64,
) -> rusqlite::Result<Page> {
    list_until(connection, filter, now, Instant::now() + TIME_LIMIT)
}

fn list_until(
    connection: &Connection,
    filter: &TraceFilter,
    now: i64,
    deadline: Instant,
) -> rusqlite::Result<Page> {
    let scan = Scan::new(connection, filter, now, deadline)?;
    match filter.query.conditions().find_map(trace_id) {
        Some(id) => scan.one(id),
        None => scan.all(),
    }
}

pub(super) const fn trace_id(condition: &Condition) -> Option<TraceId> {
    match condition {
        Condition::Trace(id) => Some(*id),
        _ => None,
    }
}

fn finder(term: &Term) -> Option<Finder<'static>> {
    let word = term.condition.search_text()?;
    Some(Finder::new(word.as_bytes()).into_owned())
}

/// Returns the statement for the trace with a value of a unique column.
fn one_trace(column: &str) -> String {
    let columns = COLUMNS.join(", ");
    format!("SELECT {columns}, {DETAILS} FROM trace WHERE {column} = ?")
}

pub(super) struct Scan<'a> {
    pub(super) connection: &'a Connection,
    pub(super) filter: &'a TraceFilter,
    pub(super) columns: Arc<Filter>,
    /// For each term, a searcher for its text in lower case, if it has one.
    words: Vec<Option<Finder<'static>>>,
    pub(super) deadline: Instant,
    /// The statement for one trace. Built once, because a sample has thousands.
    by_number: String,
}

/// The traces that match a query.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// Start and number of each, newest first.
    pub(super) positions: Vec<(i64, i64)>,
    pub(super) coverage: Coverage,
}

/// Returns all traces that match, without a limit of their number, or the newest of them if the
/// deadline is reached.
pub(super) fn matching(
    connection: &Connection,
    filter: &TraceFilter,
    now: i64,
    deadline: Instant,
) -> rusqlite::Result<Matching> {
    let scan = Scan::new(connection, filter, now, deadline)?;
    let mut matching = Matching::default();
    if let Some(id) = filter.query.conditions().find_map(trace_id) {
        if scan.one(id)?.summaries.is_empty() {
            return Ok(matching);
        }
        let position = Cursor::of(id).position(connection)?;
        matching.positions.push(position);
        return Ok(matching);
    }
    let timed_out = scan.for_each((i64::MAX, i64::MAX), |here, _| {
        matching.positions.push(here);
        Ok(ControlFlow::Continue(()))
    })?;
    matching.coverage.cut_short = timed_out.is_some();
    Ok(matching)
}

/// Whether a row matches.
pub(super) enum Outcome {
    Match,
    NoMatch,
    /// The time limit was reached before that was known.
    TimedOut,
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        filter: &'a TraceFilter,
        now: i64,
        deadline: Instant,
    ) -> rusqlite::Result<Self> {
        let excludes_own = !filter.includes_own;
        let columns = Filter::new(connection, &filter.query, excludes_own, now)?;
        Ok(Self {
            connection,
            filter,
            columns: Arc::new(columns),
            words: filter.query.terms.iter().map(finder).collect(),
            deadline,
            by_number: one_trace("number"),
        })
    }

    fn all(&self) -> rusqlite::Result<Page> {
        let mut page = Page::default();
        let first = match self.filter.cursor {
            Some(cursor) => cursor.position(self.connection)?,
            None => (i64::MAX, i64::MAX),
        };
        if self.filter.limit == 0 {
            return Ok(page);
        }
        let mut last = None;
        let timed_out = self.for_each(first, |here, row| {
            page.summaries.push(row.get(detail::SUMMARY)?);
            if page.summaries.len() < self.filter.limit {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some(here);
            Ok(ControlFlow::Break(()))
        })?;
        page.cut_short = timed_out.is_some();
        if let Some(here) = timed_out {
            last = Some(self.last_before(here, first)?);
        }
        let next = last.map(|last| Cursor::after(self.connection, last));
        page.next = next.transpose()?;
        Ok(page)
    }

    /// Visits the matching traces after `first`, newest first. Returns the position at which the
    /// time limit was reached, if it was.
    fn for_each(
        &self,
        first: (i64, i64),
        mut visit: impl FnMut((i64, i64), &Row<'_>) -> rusqlite::Result<ControlFlow<()>>,
    ) -> rusqlite::Result<Option<(i64, i64)>> {
        let has_timed_out = self.add_may_match()?;
        let mut statement = self.connection.prepare(&self.sql())?;
        let mut rows = match self.filter.cursor {
            Some(_) => statement.query(params![self.filter.since, first.0, first.1])?,
            None => statement.query([self.filter.since])?,
        };
        while let Some(row) = rows.next()? {
            let here = (row.number(column::START)?, row.number(column::NUMBER)?);
            let outcome = if has_timed_out.load(Ordering::Relaxed) {
                Outcome::TimedOut
            } else {
                self.evaluate(row)?
            };
            match outcome {
                Outcome::Match if visit(here, row)?.is_break() => return Ok(None),
                Outcome::Match | Outcome::NoMatch => {}
                Outcome::TimedOut => return Ok(Some(here)),
            }
        }
        Ok(None)
    }

    /// Returns the statement. It compares rows with a cursor only if there is one.
    fn sql(&self) -> String {
        let columns = COLUMNS.join(", ");
        let after = match self.filter.cursor {
            Some(_) => "AND (start, number) < (?, ?)",
            None => "",
        };
        let conditions = self.columns.sql(MAY_MATCH, &[]);
        format!(
            "SELECT {columns}, {DETAILS} FROM trace INDEXED BY trace_by_start
            WHERE start >= ? {after} AND {conditions} ORDER BY start DESC, number DESC"
        )
    }

    /// Defines the SQL function of the filter, replacing that of an earlier query. It checks the
    /// time limit every [`ROWS_PER_TIME_CHECK`] rows. After the limit it accepts all rows and
    /// sets the returned flag. Rows that SQL rules out itself cost next to nothing.
    fn add_may_match(&self) -> rusqlite::Result<Arc<AtomicBool>> {
        let (filter, deadline) = (Arc::clone(&self.columns), self.deadline);
        let (rows, has_timed_out) = (AtomicU32::new(0), Arc::new(AtomicBool::new(false)));
        let returned = Arc::clone(&has_timed_out);
        let count = i32::try_from(COLUMNS.len()).unwrap_or(-1);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
        self.connection
            .create_scalar_function(MAY_MATCH, count, flags, move |columns| {
                let row = rows.fetch_add(1, Ordering::Relaxed) + 1;
                if row.is_multiple_of(ROWS_PER_TIME_CHECK) && Instant::now() >= deadline {
                    has_timed_out.store(true, Ordering::Relaxed);
                }
                // An unreadable column becomes an error when the row is read.
                let result = filter.evaluate_rest(columns).unwrap_or(Ternary::Unknown);
                let may_match = result != Ternary::False;
                Ok(has_timed_out.load(Ordering::Relaxed) || may_match)
            })?;
        Ok(returned)
    }

    /// Returns the position to continue after if the time limit was reached at the row `here`.
    /// The next page starts with that row, unless it was the first one. A first row that took all
    /// of the time is skipped, or no page would ever get past it.
    fn last_before(&self, here: (i64, i64), first: (i64, i64)) -> rusqlite::Result<(i64, i64)> {
        let mut statement = self.connection.prepare_cached(PREVIOUS)?;
        let previous = statement.query_row([here.0, here.1], |row| Ok((row.get(0)?, row.get(1)?)));
        let previous = previous.optional()?.filter(|previous| *previous < first);
        Ok(previous.unwrap_or(here))
    }

    fn one(&self, id: TraceId) -> rusqlite::Result<Page> {
        let mut page = Page::default();
        let mut statement = self.connection.prepare_cached(&one_trace("id"))?;
        let mut rows = statement.query([id.to_bytes()])?;
        if let Some(row) = rows.next()?
            && self.columns.may_match(row)?
        {
            match self.evaluate(row)? {
                Outcome::Match => page.summaries.push(row.get(detail::SUMMARY)?),
                Outcome::NoMatch => {}
                Outcome::TimedOut => page.cut_short = true,
            }
        }
        Ok(page)
    }

    /// Decides about the trace of this number, which the index does not rule out.
    pub(super) fn evaluate_trace(&self, number: i64) -> rusqlite::Result<Outcome> {
        let mut statement = self.connection.prepare_cached(&self.by_number)?;
        let mut rows = statement.query([number])?;
        match rows.next()? {
            Some(row) => self.evaluate(row),
            None => Ok(Outcome::NoMatch),
        }
    }

    fn has_timed_out(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Decides about a row that the index does not rule out.
    fn evaluate(&self, row: &Row<'_>) -> rusqlite::Result<Outcome> {
        let results = self.columns.evaluate(row)?;
        let matches = self.matches(row, results)?;
        Ok(match matches {
            Some(true) => Outcome::Match,
            Some(false) => Outcome::NoMatch,
            None => Outcome::TimedOut,
        })
    }

    /// Whether the trace matches. `results` are those of the index's columns. Returns `None` if
    /// the time limit was reached.
    fn matches(&self, row: &Row<'_>, mut results: Vec<Ternary>) -> rusqlite::Result<Option<bool>> {
        let terms = &self.filter.query.terms;
        for (index, term) in terms.iter().enumerate() {
            if results[index] == Ternary::Unknown {
                results[index] = self.evaluate_details(index, &term.condition, row)?;
            }
        }
        let rules_out = |(term, result): (&Term, &Ternary)| match result {
            Ternary::True => term.negated,
            Ternary::False => !term.negated,
            Ternary::Unknown => false,
        };
        if terms.iter().zip(&results).any(rules_out) {
            return Ok(Some(false));
        }
        if !results.contains(&Ternary::Unknown) {
            return Ok(Some(true));
        }
        self.read_spans(row.number(column::NUMBER)?, &results)
    }

    fn evaluate_details(
        &self,
        index: usize,
        condition: &Condition,
        row: &Row<'_>,
    ) -> rusqlite::Result<Ternary> {
        match condition {
            Condition::Service(name) => {
                let services = row.text(detail::SERVICES)?;
                let services: Vec<String> =
                    serde_json::from_str(services).map_err(damage::undecodable)?;
                Ok(services.contains(name).into())
            }
            Condition::Trace(id) => Ok((row.blob(detail::ID)? == id.to_bytes()).into()),
            Condition::Text(_) | Condition::KeyValue { .. } => {
                let search = row
                    .get_ref(detail::SEARCH)?
                    .as_bytes()
                    .map_err(damage::undecodable)?;
                let finder = self.words[index].as_ref();
                if finder.is_some_and(|finder| finder.find(search).is_some()) {
                    return Ok(Ternary::True);
                }
                // The text has no ids of spans, and no pairs of keys and values.
                let is_whole: bool = row.get(detail::IS_WHOLE)?;
                let may_be_id = match condition {
                    Condition::Text(text) => matches!(text.len(), 16 | 32),
                    _ => true,
                };
                Ok(if is_whole && !may_be_id {
                    Ternary::False
                } else {
                    Ternary::Unknown
                })
            }
            _ => Ok(Ternary::Unknown),
        }
    }

    /// Reads the trace's spans to decide about the conditions that are still unknown.
    fn read_spans(&self, number: i64, results: &[Ternary]) -> rusqlite::Result<Option<bool>> {
        let unknown: Vec<_> = results
            .iter()
            .enumerate()
            .filter(|(_, result)| **result == Ternary::Unknown)
            .map(|(index, _)| index)
            .collect();
        let terms = unknown
            .iter()
            .map(|index| self.filter.query.terms[*index].clone());
        let query = Query {
            terms: terms.collect(),
        };
        let mut matcher = Matcher::new(&query);
        let mut origins = Origins::default();
        let mut in_time = true;
        spans::visit_while(self.connection, number, &mut origins, |span| {
            matcher.check(&span);
            in_time = !self.has_timed_out();
            in_time && !matcher.is_decided()
        })?;
        Ok((in_time || matcher.is_decided()).then(|| matcher.matches()))
    }
}

/// Parses a query string and lists an empty store with it, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn try_query(text: &str) {
    let uri = format!("/api/traces?{text}").parse();
    let query = uri.map(|uri| axum::extract::Query::<super::TraceQuery>::try_from_uri(&uri));
    let Ok(Ok(query)) = query else { return };
    let Ok(filter) = query.validate() else {
        return;
    };
    let listed = super::schema::in_memory().and_then(|connection| list(&connection, &filter, 0));
    assert!(listed.is_ok(), "{text:?}: {listed:?}");
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use trace_model::Span;

    use super::{
        super::{
            TraceQuery, schema,
            spans::TraceSpans,
            trace_row::{Columns, RowKey},
        },
        *,
    };

    /// Returns a store with traces of one span, whose names are `t` and a number.
    pub(crate) fn with_traces(count: u64) -> Connection {
        let connection = schema::in_memory().unwrap();
        for number in 1..=count {
            let id = format!("{number:032x}").parse().unwrap();
            let span_id = format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(id, span_id, format!("t{number}"));
            span.start_unix_nano = number;
            let values = TraceSpans {
                spans: vec![span],
                bytes: 1,
                origins: BTreeSet::from([1]),
            };
            let key = RowKey {
                number: number.cast_signed(),
                client: 0,
                received: 1,
                stored_start: None,
            };
            let columns = Columns::summarize(id, values, 1, Some(number.cast_signed()));
            columns.upsert(&connection, &key).unwrap();
        }
        connection
    }

    pub(crate) fn query(query: &str, cursor: Option<String>) -> TraceFilter {
        let query = TraceQuery {
            query: Some(query.to_owned()),
            limit: Some(1_000),
            cursor,
            ..TraceQuery::default()
        };
        query.validate().unwrap()
    }

    #[test]
    fn query_continues_at_its_cursor_after_the_time_limit() {
        let connection = with_traces(500);
        let (mut found, mut cursor, mut pages) = (0, None, 0);
        loop {
            let filter = query("t", cursor);
            let page = list_until(&connection, &filter, 0, Instant::now()).unwrap();
            found += page.summaries.len();
            pages += 1;
            assert_eq!(page.cut_short, page.next.is_some());
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, 500);
        assert!(pages > 2, "{pages}");
    }

    #[test]
    fn query_continues_at_its_cursor_if_the_index_rules_rows_out() {
        let connection = with_traces(500);
        for (text, expected) in [("name:t49", 11), ("t49", 11), ("nothing-like-it", 0)] {
            let (mut found, mut cursor, mut pages) = (0, None, 0);
            loop {
                let filter = query(text, cursor);
                let page = list_until(&connection, &filter, 0, Instant::now()).unwrap();
                found += page.summaries.len();
                pages += 1;
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                assert!(pages < 10, "{text}");
            }
            assert_eq!((found, pages), (expected, 4), "{text}");
        }
    }

    #[test]
    fn trace_that_exceeds_the_time_limit_alone_is_skipped() {
        let connection = with_traces(3);
        let (mut cursor, mut pages) = (None, 0);
        loop {
            // Only spans have a kind, and the traces here have none stored.
            let filter = query("kind:internal", cursor);
            let page = list_until(&connection, &filter, 0, Instant::now()).unwrap();
            pages += 1;
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            assert!(pages < 10);
        }
    }
}
