//! A query that is prepared for a scan: decides by the columns of the index whether a trace may
//! match, before its spans are read.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, Row, functions::Context, types::ValueRef};
use trace_model::{
    VIEWER_SERVICE, Value,
    query::{
        Comparison, Condition, Predicate, Query, StatusFilter, contains_text, has_attribute,
        lowercase,
    },
};

use super::{
    damage, origins,
    signature::{self, Hash, Whole},
};

/// Origins in a trace's row.
const MAX_ORIGINS: usize = 32;

const ORIGINS: &str = "SELECT id FROM origin";

/// Whether a trace meets a condition, as far as its columns show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ternary {
    True,
    False,
    Unknown,
}

impl From<bool> for Ternary {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// The query's conditions, in its order.
pub(super) struct Filter {
    /// Each condition, and whether it is negated.
    tests: Vec<(bool, ColumnTest)>,
    excludes_own: bool,
}

enum ColumnTest {
    Column(Condition),
    Signed(Signed),
}

/// A condition that the trace's signature and origins decide.
struct Signed {
    /// The trace may meet the condition if its signature has all hashes of one of these.
    alternatives: Vec<Vec<Hash>>,
    /// Origins that meet the condition, and so does each trace with a span of theirs.
    origins: HashSet<i64>,
}

/// The index's columns, in the order in which they are selected and passed to the filter.
pub(super) const COLUMNS: [&str; 8] = [
    "number",
    "start",
    "service",
    "duration",
    "error_count",
    "name",
    "origins",
    "signature",
];

/// Positions in `COLUMNS`.
pub(super) mod column {
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const START: usize = 1;
    pub(crate) const SERVICE: usize = 2;
    pub(crate) const DURATION: usize = 3;
    pub(crate) const ERROR_COUNT: usize = 4;
    pub(crate) const NAME: usize = 5;
    pub(crate) const ORIGINS: usize = 6;
    pub(crate) const SIGNATURE: usize = 7;
}

/// The columns of one trace.
pub(super) trait Columns {
    fn value(&self, index: usize) -> rusqlite::Result<ValueRef<'_>>;

    fn number(&self, index: usize) -> rusqlite::Result<i64> {
        self.value(index)?.as_i64().map_err(damage::undecodable)
    }

    fn text(&self, index: usize) -> rusqlite::Result<&str> {
        self.value(index)?.as_str().map_err(damage::undecodable)
    }

    fn blob(&self, index: usize) -> rusqlite::Result<&[u8]> {
        self.value(index)?.as_blob().map_err(damage::undecodable)
    }
}

impl Columns for Row<'_> {
    fn value(&self, index: usize) -> rusqlite::Result<ValueRef<'_>> {
        self.get_ref(index)
    }
}

/// The arguments of an SQL function.
impl Columns for Context<'_> {
    fn value(&self, index: usize) -> rusqlite::Result<ValueRef<'_>> {
        Ok(self.get_raw(index))
    }
}

impl Filter {
    /// Prepares a query. With `excludes_own`, the traces of the viewer do not match.
    pub(super) fn new(
        connection: &Connection,
        query: &Query,
        excludes_own: bool,
        now: i64,
    ) -> rusqlite::Result<Self> {
        let mut tests = Vec::with_capacity(query.terms.len());
        for term in &query.terms {
            let test = match &term.condition {
                Condition::Since(nanos) => {
                    let since = now.saturating_sub_unsigned(*nanos);
                    ColumnTest::Column(Condition::Since(u64::try_from(since).unwrap_or_default()))
                }
                Condition::Name(name) => {
                    ColumnTest::Column(Condition::Name(lowercase(name).into_owned()))
                }
                condition => match alternatives(condition) {
                    Some(alternatives) => ColumnTest::Signed(Signed {
                        alternatives,
                        origins: matching_origins(connection, condition)?,
                    }),
                    None => ColumnTest::Column(condition.clone()),
                },
            };
            tests.push((term.negated, test));
        }
        Ok(Self {
            tests,
            excludes_own,
        })
    }

    /// Returns the conditions that SQL can state, and a call of `function`, whose body is
    /// [`Self::evaluate_rest`]. Its arguments are `COLUMNS`, with NULL for unused ones, which
    /// SQLite then does not read. It always gets the columns in `always`.
    pub(super) fn sql(&self, function: &str, always: &[usize]) -> String {
        let mut conditions = Vec::new();
        if self.excludes_own {
            conditions.push(format!("service <> '{VIEWER_SERVICE}'"));
        }
        let mut is_used = [false; COLUMNS.len()];
        always.iter().for_each(|index| is_used[*index] = true);
        for (negated, test) in &self.tests {
            match test.sql() {
                Some(condition) if *negated => conditions.push(format!("NOT {condition}")),
                Some(condition) => conditions.push(condition),
                None => test
                    .columns()
                    .iter()
                    .for_each(|index| is_used[*index] = true),
            }
        }
        let arguments = COLUMNS.iter().zip(is_used);
        let arguments = arguments.map(|(name, is_used)| if is_used { name } else { "NULL" });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        conditions.push(format!("{function}({arguments})"));
        conditions.join(" AND ")
    }

    /// Tests the conditions that [`Self::sql`] does not state.
    pub(super) fn evaluate_rest(&self, row: &impl Columns) -> rusqlite::Result<Ternary> {
        let rest = self
            .tests
            .iter()
            .filter(|(_, test)| !test.is_stated_in_sql());
        evaluate_all(rest, row)
    }

    /// Returns false if the columns rule the trace out.
    pub(super) fn may_match(&self, row: &impl Columns) -> rusqlite::Result<bool> {
        if self.excludes_own && row.text(column::SERVICE)? == VIEWER_SERVICE {
            return Ok(false);
        }
        Ok(evaluate_all(self.tests.iter(), row)? != Ternary::False)
    }

    /// Tests each condition.
    pub(super) fn evaluate(&self, row: &impl Columns) -> rusqlite::Result<Vec<Ternary>> {
        self.tests
            .iter()
            .map(|(_, test)| test.evaluate(row))
            .collect()
    }
}

/// Whether a trace meets all of the conditions, as far as its columns show.
fn evaluate_all<'a>(
    tests: impl Iterator<Item = &'a (bool, ColumnTest)>,
    row: &impl Columns,
) -> rusqlite::Result<Ternary> {
    let mut all = Ternary::True;
    for (negated, test) in tests {
        match (test.evaluate(row)?, negated) {
            (Ternary::True, true) | (Ternary::False, false) => return Ok(Ternary::False),
            (Ternary::Unknown, _) => all = Ternary::Unknown,
            (Ternary::True, false) | (Ternary::False, true) => {}
        }
    }
    Ok(all)
}

impl ColumnTest {
    /// Returns the test in SQL, if it compares a number.
    fn sql(&self) -> Option<String> {
        match self {
            Self::Column(Condition::Duration(comparison, nanos)) => {
                let comparison = match comparison {
                    Comparison::Less => "<",
                    Comparison::LessOrEqual => "<=",
                    Comparison::Greater => ">",
                    Comparison::GreaterOrEqual => ">=",
                };
                Some(format!("(duration {comparison} {nanos})"))
            }
            Self::Column(Condition::Since(nanos)) => Some(format!("(start >= {nanos})")),
            Self::Column(Condition::Status(StatusFilter::Error)) => {
                Some("(error_count > 0)".to_owned())
            }
            Self::Column(Condition::Status(StatusFilter::Ok)) => {
                Some("(error_count = 0)".to_owned())
            }
            _ => None,
        }
    }

    const fn is_stated_in_sql(&self) -> bool {
        matches!(
            self,
            Self::Column(Condition::Duration(..) | Condition::Since(_) | Condition::Status(_))
        )
    }

    /// Returns the columns that a test reads, if SQL does not state it.
    fn columns(&self) -> &'static [usize] {
        match self {
            Self::Signed(signed) if signed.origins.is_empty() => &[column::SIGNATURE],
            Self::Signed(_) => &[column::ORIGINS, column::SIGNATURE],
            Self::Column(Condition::Name(_)) => &[column::NAME],
            Self::Column(_) => &[],
        }
    }

    fn evaluate(&self, row: &impl Columns) -> rusqlite::Result<Ternary> {
        match self {
            Self::Signed(signed) => signed.evaluate(row),
            Self::Column(condition) => evaluate_columns(condition, row),
        }
    }
}

fn evaluate_columns(condition: &Condition, row: &impl Columns) -> rusqlite::Result<Ternary> {
    let number = |index: usize| row.number(index);
    let unsigned = |index| number(index).map(|number| u64::try_from(number).unwrap_or_default());
    Ok(match condition {
        Condition::Duration(comparison, nanos) => comparison
            .evaluate(unsigned(column::DURATION)?, *nanos)
            .into(),
        Condition::Since(since) => (unsigned(column::START)? >= *since).into(),
        Condition::Status(StatusFilter::Error) => (number(column::ERROR_COUNT)? > 0).into(),
        Condition::Status(StatusFilter::Ok) => (number(column::ERROR_COUNT)? == 0).into(),
        Condition::Name(part) => lowercase(row.text(column::NAME)?)
            .contains(part.as_str())
            .into(),
        _ => Ternary::Unknown,
    })
}

impl Signed {
    fn evaluate(&self, row: &impl Columns) -> rusqlite::Result<Ternary> {
        if !self.origins.is_empty() {
            let result = self.evaluate_origins(row)?;
            if result != Ternary::False {
                return Ok(result);
            }
        }
        let signature = row.blob(column::SIGNATURE)?;
        let mut alternatives = self.alternatives.iter();
        let may = alternatives.any(|hashes| signature::may_contain(signature, hashes));
        Ok(if may {
            Ternary::Unknown
        } else {
            Ternary::False
        })
    }

    /// Returns `Unknown` for a trace with more origins than its row has.
    fn evaluate_origins(&self, row: &impl Columns) -> rusqlite::Result<Ternary> {
        let (ids, _) = row.blob(column::ORIGINS)?.as_chunks::<4>();
        let mut ids = ids.iter().map(|id| u32::from_le_bytes(*id));
        if ids.len() > MAX_ORIGINS {
            return Ok(Ternary::Unknown);
        }
        Ok(ids.any(|id| self.origins.contains(&id.into())).into())
    }
}

/// Returns the column of a trace's origins. One more than `MAX_ORIGINS` stands for "too many".
pub(super) fn origin_ids(origins: &BTreeSet<i64>) -> Vec<u8> {
    let named = origins.iter().take(MAX_ORIGINS + 1);
    named
        .flat_map(|id| u32::try_from(*id).unwrap_or(u32::MAX).to_le_bytes())
        .collect()
}

/// Returns the hashes that a signature needs, or `None` for a condition that it cannot decide.
fn alternatives(condition: &Condition) -> Option<Vec<Vec<Hash>>> {
    Some(match condition {
        Condition::Text(text) => text_hashes(&lowercase(text)),
        Condition::Service(name) => {
            vec![signature::whole(Whole::Service, &[name]).to_vec()]
        }
        Condition::Kind(kind) => vec![signature::kind(*kind).to_vec()],
        Condition::KeyValue { key, value } => {
            let predicate = Predicate::Equals(value.clone());
            let key = key.clone();
            let mut all = alternatives(&Condition::Attribute { key, predicate })?;
            all.extend(text_hashes(&condition.search_text()?));
            all
        }
        Condition::Attribute { key, predicate } => {
            let key_hashes = signature::text(&lowercase(key));
            let values = match predicate {
                Predicate::Equals(value) => value_hashes(key, value),
                Predicate::Contains(text) => text_hashes(&lowercase(text)),
                _ => vec![Vec::new()],
            };
            let with_key = |hashes: Vec<Hash>| key_hashes.iter().copied().chain(hashes).collect();
            values.into_iter().map(with_key).collect()
        }
        _ => return None,
    })
}

/// Returns the hashes of a text. A span's id is signed as a whole, so a text that may be an id has
/// an alternative.
fn text_hashes(word: &str) -> Vec<Vec<Hash>> {
    let mut alternatives = vec![signature::text(word)];
    if matches!(word.len(), 16 | 32) {
        let digits = word.as_bytes().chunks_exact(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        if let Some(bytes) = digits.collect::<Option<Vec<u8>>>() {
            alternatives.push(signature::id(&bytes).to_vec());
        }
    }
    alternatives
}

/// Returns the hashes of an attribute's value. A number is signed as it is displayed: `429` for a
/// query's `429.0`. An array or map is signed by its elements, so only its key is tested.
fn value_hashes(key: &str, value: &str) -> Vec<Vec<Hash>> {
    if value.is_empty() || value.starts_with(['[', '{']) {
        return vec![Vec::new()];
    }
    let mut displayed = vec![lowercase(value).into_owned()];
    if let Ok(number) = value.parse::<f64>() {
        displayed.push(lowercase(&Value::Double(number).to_string()).into_owned());
        displayed.push(format!("{number:.0}"));
    }
    displayed.dedup();
    displayed
        .iter()
        .map(|text| signature::pair(key, text))
        .collect()
}

fn matching_origins(
    connection: &Connection,
    condition: &Condition,
) -> rusqlite::Result<HashSet<i64>> {
    let matches: Box<dyn Fn(&origins::Shared) -> bool> = match condition {
        Condition::Text(text) => {
            let word = lowercase(text).into_owned();
            Box::new(move |(resource, scope)| contains_text(resource, scope, &word))
        }
        Condition::KeyValue { key, value } => {
            let predicate = Predicate::Equals(value.clone());
            let word = condition.search_text().unwrap_or_default();
            Box::new(move |(resource, scope)| {
                has_attribute(&resource.attributes, key, &predicate)
                    || contains_text(resource, scope, &word)
            })
        }
        Condition::Attribute { key, predicate } => {
            Box::new(move |(resource, _)| has_attribute(&resource.attributes, key, predicate))
        }
        _ => return Ok(HashSet::new()),
    };
    let mut ids = HashSet::new();
    let mut statement = connection.prepare_cached(ORIGINS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if matches(&origins::stored_decoded(connection, id)?) {
            ids.insert(id);
        }
    }
    Ok(ids)
}
