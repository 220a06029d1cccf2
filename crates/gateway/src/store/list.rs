//! The list of traces: a scan of the index, newest first, for so long at most.
//!
//! The index's columns rule most traces out, in a function that SQLite calls for each row, as
//! handing a row out of a statement costs several times as much. What they cannot decide, the
//! beginning of the trace's texts does, and else its spans, which are read until the outcome is
//! known.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, Row, functions::FunctionFlags, params};
use serde::Deserialize;
use trace_model::{
    TraceId, VIEWER_SERVICE,
    query::{self, Comparison, Condition, Matcher, Query, StatusFilter, Term},
};

use super::{
    damage,
    filter::{COLUMNS, Columns as _, Filter, Known, column},
    origins::Origins,
    spans,
};

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1000;

/// A query that takes longer is cut short, and says where to go on.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Rows between two looks at the clock.
const ROWS_BETWEEN_CLOCKS: u32 = 128;

/// Says in SQL whether the columns of the index let a trace match.
const MAY_MATCH: &str = "may_match";

/// The row before a row in the list.
const PREVIOUS: &str = "SELECT start, number FROM trace INDEXED BY trace_by_start
    WHERE (start, number) > (?, ?) ORDER BY start, number LIMIT 1";

/// What is selected behind `COLUMNS`. It lies in the table, which SQLite reads only for rows that
/// the index does not rule out.
const DETAILS: &str = "summary, services, search, is_whole, id";

/// Places of `DETAILS`.
mod detail {
    use super::COLUMNS;

    pub(super) const SUMMARY: usize = COLUMNS.len();
    pub(super) const SERVICES: usize = SUMMARY + 1;
    pub(super) const SEARCH: usize = SUMMARY + 2;
    pub(super) const IS_WHOLE: usize = SUMMARY + 3;
    pub(super) const ID: usize = SUMMARY + 4;
}

const POSITION: &str = "SELECT start, number FROM trace WHERE id = ?";

/// The query string of `GET /api/traces`. Conditions that are absent hold for every trace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TraceQuery {
    /// In the query language, `trace_model::query`.
    query: Option<String>,
    /// A service that took part.
    service: Option<String>,
    /// Part of the trace's name, in any case.
    name: Option<String>,
    /// The trace took at least so many milliseconds.
    min_duration_ms: Option<f64>,
    status: Option<StatusParameter>,
    /// Words that all occur in the trace, in any case.
    q: Option<String>,
    /// The trace started at or after this time, in nanoseconds since 1970.
    since: Option<i64>,
    /// At most so many traces: 100, or up to 1000.
    limit: Option<u32>,
    /// Traces after this place, as an earlier answer's `next` named it.
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusParameter {
    Error,
    Ok,
}

/// A part of the list.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Summaries as stored: JSON objects.
    pub(crate) summaries: Vec<String>,
    /// Where to go on; none at the end.
    pub(crate) next: Option<String>,
    /// The time was up before enough traces were found.
    pub(crate) cut_short: bool,
}

/// A query that was checked.
#[derive(Clone, Debug)]
pub(crate) struct TraceFilter {
    query: Query,
    since: i64,
    limit: usize,
    cursor: Option<Cursor>,
    shows_own: bool,
}

/// A trace in the list, by its start and id: `1790000000000000000-6a2b7c1e98038103d269b633813fc60c`.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    start: i64,
    id: TraceId,
}

impl TraceQuery {
    /// Whether a live update of a trace with this root service belongs to the same view.
    pub(crate) fn shows_service(service: Option<&str>, root: &str) -> bool {
        root != VIEWER_SERVICE || service == Some(VIEWER_SERVICE)
    }

    /// What to look for, or what is wrong with the question.
    pub(crate) fn checked(&self) -> Result<TraceFilter, String> {
        let parsed = query::parse(self.query.as_deref().unwrap_or_default());
        if let Some(problem) = parsed.problems.into_iter().next() {
            return Err(format!("query: {}", problem.message));
        }
        let mut query = parsed.query;
        query.terms.extend(self.conditions().map(Term::from));
        let cursor = given(self.cursor.as_deref()).map(|text| Cursor::parse(&text));
        let own = |condition: &Condition| matches!(condition, Condition::Service(name) if name == VIEWER_SERVICE);
        let shows_own = query.conditions().any(own);
        Ok(TraceFilter {
            query,
            shows_own,
            since: self.since.unwrap_or(i64::MIN),
            limit: self.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT) as usize,
            cursor: cursor.transpose()?,
        })
    }

    /// The conditions that have a parameter of their own.
    fn conditions(&self) -> impl Iterator<Item = Condition> {
        let words = given(self.q.as_deref()).unwrap_or_default();
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        let duration = self.min_duration_ms.map(|milliseconds| {
            let nanos = (milliseconds * 1e6).ceil().max(0.0) as u64;
            Condition::Duration(Comparison::GreaterOrEqual, nanos)
        });
        let status = self.status.map(|status| {
            Condition::Status(match status {
                StatusParameter::Error => StatusFilter::Error,
                StatusParameter::Ok => StatusFilter::Ok,
            })
        });
        let service = given(self.service.as_deref()).map(Condition::Service);
        let name = given(self.name.as_deref()).map(Condition::Name);
        let conditions = [service, name, duration, status];
        let words = words.into_iter().map(Condition::Text);
        conditions.into_iter().flatten().chain(words)
    }
}

/// An empty field of a form is a field not filled in.
fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, String> {
        let parsed = text.rsplit_once('-').and_then(|(start, id)| {
            Some(Self {
                start: start.parse().ok()?,
                id: id.parse().ok()?,
            })
        });
        parsed.ok_or_else(|| "cursor is what an earlier answer's \"next\" says".to_owned())
    }

    /// Of a trace that is gone, only the start is known.
    fn position(self, connection: &Connection) -> rusqlite::Result<(i64, i64)> {
        let mut statement = connection.prepare_cached(POSITION)?;
        let position =
            statement.query_row([self.id.to_bytes()], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(position.optional()?.unwrap_or((self.start, 0)))
    }

    fn after(connection: &Connection, (start, number): (i64, i64)) -> rusqlite::Result<String> {
        let sql = "SELECT id FROM trace WHERE number = ?";
        let id: Vec<u8> = connection
            .prepare_cached(sql)?
            .query_row([number], |row| row.get(0))?;
        let id = TraceId::try_from(&*id).map_err(damage::undecodable)?;
        Ok(format!("{start}-{id}"))
    }
}

/// The part of the list that `filter` asks for, at time `now`.
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
    let hides_own = !filter.shows_own;
    let columns = Filter::new(connection, &filter.query, hides_own, now)?;
    let scan = Scan {
        connection,
        filter,
        columns: Arc::new(columns),
        words: filter.query.terms.iter().map(finder).collect(),
        deadline,
    };
    match filter.query.conditions().find_map(trace_id) {
        Some(id) => scan.one(id),
        None => scan.all(),
    }
}

const fn trace_id(condition: &Condition) -> Option<TraceId> {
    match condition {
        Condition::Trace(id) => Some(*id),
        _ => None,
    }
}

fn finder(term: &Term) -> Option<Finder<'static>> {
    let word = term.condition.search_text()?;
    Some(Finder::new(word.as_bytes()).into_owned())
}

struct Scan<'a> {
    connection: &'a Connection,
    filter: &'a TraceFilter,
    columns: Arc<Filter>,
    /// For each term: the text in lower case, if it looks for one.
    words: Vec<Option<Finder<'static>>>,
    deadline: Instant,
}

/// What a row turned out to be.
enum Outcome {
    Match(String),
    Other,
    /// The time was up before that was known.
    TimeIsUp,
}

impl Scan<'_> {
    fn all(&self) -> rusqlite::Result<Page> {
        let mut page = Page::default();
        let first = match self.filter.cursor {
            Some(cursor) => cursor.position(self.connection)?,
            None => (i64::MAX, i64::MAX),
        };
        if self.filter.limit == 0 {
            return Ok(page);
        }
        let time_was_up = self.add_may_match()?;
        let mut statement = self.connection.prepare(&self.sql())?;
        let mut rows = match self.filter.cursor {
            Some(_) => statement.query(params![self.filter.since, first.0, first.1])?,
            None => statement.query([self.filter.since])?,
        };
        while let Some(row) = rows.next()? {
            let here = (row.number(column::START)?, row.number(column::NUMBER)?);
            let outcome = if time_was_up.load(Ordering::Relaxed) {
                Outcome::TimeIsUp
            } else {
                self.look_at(row)?
            };
            match outcome {
                Outcome::Match(summary) => page.summaries.push(summary),
                Outcome::Other => {}
                Outcome::TimeIsUp => {
                    let last = self.last_before(here, first)?;
                    page.next = Some(Cursor::after(self.connection, last)?);
                    page.cut_short = true;
                    return Ok(page);
                }
            }
            if page.summaries.len() >= self.filter.limit {
                page.next = Some(Cursor::after(self.connection, here)?);
                return Ok(page);
            }
        }
        Ok(page)
    }

    /// SQLite compares each row with a cursor's place, so that is only there when it is needed.
    fn sql(&self) -> String {
        let columns = COLUMNS.join(", ");
        let after = match self.filter.cursor {
            Some(_) => "AND (start, number) < (?, ?)",
            None => "",
        };
        let conditions = self.columns.sql(MAY_MATCH);
        format!(
            "SELECT {columns}, {DETAILS} FROM trace INDEXED BY trace_by_start
            WHERE start >= ? {after} AND {conditions} ORDER BY start DESC, number DESC"
        )
    }

    /// Makes the filter a function of SQL, in place of an earlier query's. Once the time is up,
    /// the function lets each row pass, and the value that is returned says so. It looks at the
    /// clock every so many rows; those that SQL rules out by a number cost next to nothing.
    fn add_may_match(&self) -> rusqlite::Result<Arc<AtomicBool>> {
        let (filter, deadline) = (Arc::clone(&self.columns), self.deadline);
        let (rows, time_was_up) = (AtomicU32::new(0), Arc::new(AtomicBool::new(false)));
        let returned = Arc::clone(&time_was_up);
        let count = i32::try_from(COLUMNS.len()).unwrap_or(-1);
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
        self.connection
            .create_scalar_function(MAY_MATCH, count, flags, move |columns| {
                let row = rows.fetch_add(1, Ordering::Relaxed) + 1;
                if row.is_multiple_of(ROWS_BETWEEN_CLOCKS) && Instant::now() >= deadline {
                    time_was_up.store(true, Ordering::Relaxed);
                }
                // What cannot be read is an error of the statement's row, not of its function.
                let may_match = filter.may_match_rest(columns).unwrap_or(true);
                Ok(time_was_up.load(Ordering::Relaxed) || may_match)
            })?;
        Ok(returned)
    }

    /// Where to go on when the time was up at a row: with that row, unless it was the first and
    /// took all of the time. No answer would get beyond such a row, so it is passed over.
    fn last_before(&self, here: (i64, i64), first: (i64, i64)) -> rusqlite::Result<(i64, i64)> {
        let mut statement = self.connection.prepare_cached(PREVIOUS)?;
        let previous = statement.query_row([here.0, here.1], |row| Ok((row.get(0)?, row.get(1)?)));
        let previous = previous.optional()?.filter(|previous| *previous < first);
        Ok(previous.unwrap_or(here))
    }

    fn one(&self, id: TraceId) -> rusqlite::Result<Page> {
        let mut page = Page::default();
        let columns = COLUMNS.join(", ");
        let sql = format!("SELECT {columns}, {DETAILS} FROM trace WHERE id = ?");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id.to_bytes()])?;
        if let Some(row) = rows.next()?
            && self.columns.may_match(row)?
        {
            match self.look_at(row)? {
                Outcome::Match(summary) => page.summaries.push(summary),
                Outcome::Other => {}
                Outcome::TimeIsUp => page.cut_short = true,
            }
        }
        Ok(page)
    }

    fn time_is_up(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Looks beyond the columns, which let the trace match.
    fn look_at(&self, row: &Row<'_>) -> rusqlite::Result<Outcome> {
        let known = self.columns.known(row)?;
        let decided = self.decide(row, known)?;
        Ok(match decided {
            Some(true) => Outcome::Match(row.get(detail::SUMMARY)?),
            Some(false) => Outcome::Other,
            None => Outcome::TimeIsUp,
        })
    }

    /// Whether the trace matches; none when the time was up.
    fn decide(&self, row: &Row<'_>, mut known: Vec<Known>) -> rusqlite::Result<Option<bool>> {
        let terms = &self.filter.query.terms;
        for (index, term) in terms.iter().enumerate() {
            if known[index] == Known::Unknown {
                known[index] = self.of_details(index, &term.condition, row)?;
            }
        }
        let rules_out = |(term, known): (&Term, &Known)| match known {
            Known::Holds => term.negated,
            Known::Fails => !term.negated,
            Known::Unknown => false,
        };
        if terms.iter().zip(&known).any(rules_out) {
            return Ok(Some(false));
        }
        if !known.contains(&Known::Unknown) {
            return Ok(Some(true));
        }
        self.read_spans(row.number(column::NUMBER)?, &known)
    }

    fn of_details(
        &self,
        index: usize,
        condition: &Condition,
        row: &Row<'_>,
    ) -> rusqlite::Result<Known> {
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
                    return Ok(Known::Holds);
                }
                // Ids of spans and pairs of keys and values are in no text.
                let is_whole: bool = row.get(detail::IS_WHOLE)?;
                let may_be_id = match condition {
                    Condition::Text(text) => matches!(text.len(), 16 | 32),
                    _ => true,
                };
                Ok(if is_whole && !may_be_id {
                    Known::Fails
                } else {
                    Known::Unknown
                })
            }
            _ => Ok(Known::Unknown),
        }
    }

    /// Only conditions that are unknown so far are looked for.
    fn read_spans(&self, number: i64, known: &[Known]) -> rusqlite::Result<Option<bool>> {
        let unknown: Vec<_> = known
            .iter()
            .enumerate()
            .filter(|(_, known)| **known == Known::Unknown)
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
        spans::while_needed(self.connection, number, &mut origins, |span| {
            matcher.check(&span);
            in_time = !self.time_is_up();
            in_time && !matcher.is_decided()
        })?;
        Ok((in_time || matcher.is_decided()).then(|| matcher.matches()))
    }
}

/// Parses a query string and lists an empty store with it, for the fuzzer.
#[cfg(any(test, fuzzing))]
pub(crate) fn try_query(text: &str) {
    let uri = format!("/api/traces?{text}").parse();
    let query = uri.map(|uri| axum::extract::Query::<TraceQuery>::try_from_uri(&uri));
    let Ok(Ok(query)) = query else { return };
    let Ok(filter) = query.checked() else { return };
    let listed = super::schema::in_memory().and_then(|connection| list(&connection, &filter, 0));
    assert!(listed.is_ok(), "{text:?}: {listed:?}");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use trace_model::Span;

    use super::{
        super::{
            listing::Known,
            rows::{self, Row as TraceRow},
            schema,
            spans::Values,
        },
        *,
    };

    fn with_traces(count: u64) -> Connection {
        let connection = schema::in_memory().unwrap();
        for number in 1..=count {
            let id = format!("{number:032x}").parse().unwrap();
            let span_id = format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(id, span_id, format!("t{number}"));
            span.start_unix_nano = number;
            let values = Values {
                spans: vec![span],
                bytes: 1,
                origins: BTreeSet::from([1]),
            };
            let row = TraceRow {
                number: number.cast_signed(),
                client: 0,
                received: 1,
                now: 1,
                known: Known::Listed(number.cast_signed()),
            };
            rows::write(&connection, id, values, row).unwrap();
        }
        connection
    }

    fn query(query: &str, cursor: Option<String>) -> TraceFilter {
        let query = TraceQuery {
            query: Some(query.to_owned()),
            limit: Some(1_000),
            cursor,
            ..TraceQuery::default()
        };
        query.checked().unwrap()
    }

    #[test]
    fn a_query_without_time_is_cut_short_and_goes_on_where_it_was() {
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
    fn a_query_without_time_goes_on_also_where_the_index_rules_rows_out() {
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
    fn a_trace_that_takes_all_of_the_time_does_not_stop_the_search() {
        let connection = with_traces(3);
        let (mut cursor, mut pages) = (None, 0);
        loop {
            // Kinds are known from spans only, and there are none.
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
