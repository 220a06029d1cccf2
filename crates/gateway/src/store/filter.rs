//! A query, prepared for a scan: what the columns of the index say about a trace, before its
//! spans are read.

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

/// Origins that a trace's row names.
const MAX_ORIGINS: usize = 32;

const ORIGINS: &str = "SELECT id FROM origin";

/// What the columns say about one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Holds,
    Fails,
    Unknown,
}

impl From<bool> for Known {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// The query's conditions in its order.
pub(super) struct Filter {
    tests: Vec<(bool, ColumnTest)>,
    hides_own: bool,
}

enum ColumnTest {
    Column(Condition),
    Signed(Signed),
}

/// A condition that a signature and the trace's origins are asked about.
struct Signed {
    /// The trace may meet the condition when it has all the bits of one of these.
    alternatives: Vec<Vec<Hash>>,
    /// Origins that meet it: so does each trace with a span of theirs.
    origins: HashSet<i64>,
}

/// The index's columns in the order in which they are selected and handed to the filter.
pub(super) const COLUMNS: [&str; 8] = [
    "number",
    "start",
    "service",
    "duration",
    "error_count",
    "name",
    "origins",
    "words",
];

/// Places in `COLUMNS`.
pub(super) mod column {
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const START: usize = 1;
    pub(crate) const SERVICE: usize = 2;
    pub(crate) const DURATION: usize = 3;
    pub(crate) const ERROR_COUNT: usize = 4;
    pub(crate) const NAME: usize = 5;
    pub(crate) const ORIGINS: usize = 6;
    pub(crate) const WORDS: usize = 7;
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
    /// `hides_own`: the traces of the viewer do not match.
    pub(super) fn new(
        connection: &Connection,
        query: &Query,
        hides_own: bool,
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
                        origins: origins_that_meet(connection, condition)?,
                    }),
                    None => ColumnTest::Column(condition.clone()),
                },
            };
            tests.push((term.negated, test));
        }
        Ok(Self { tests, hides_own })
    }

    /// The conditions that SQL itself can state, and then a call of `function`, of which
    /// [`Self::may_match_rest`] is the body. Its arguments are `COLUMNS`, with NULL for those that
    /// it does not ask for, so that SQLite need not take them out of its pages.
    pub(super) fn sql(&self, function: &str) -> String {
        let mut conditions = Vec::new();
        if self.hides_own {
            conditions.push(format!("service <> '{VIEWER_SERVICE}'"));
        }
        let mut asked = [false; COLUMNS.len()];
        for (negated, test) in &self.tests {
            match test.sql() {
                Some(condition) if *negated => conditions.push(format!("NOT {condition}")),
                Some(condition) => conditions.push(condition),
                None => test.columns().iter().for_each(|index| asked[*index] = true),
            }
        }
        let arguments = COLUMNS.iter().zip(asked);
        let arguments = arguments.map(|(name, asked)| if asked { name } else { "NULL" });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        conditions.push(format!("{function}({arguments})"));
        conditions.join(" AND ")
    }

    /// What SQL does not state of [`Self::may_match`].
    pub(super) fn may_match_rest(&self, row: &impl Columns) -> rusqlite::Result<bool> {
        let rest = self
            .tests
            .iter()
            .filter(|(_, test)| !test.is_stated_in_sql());
        none_rules_out(rest, row)
    }

    /// False when the columns rule the trace out.
    pub(super) fn may_match(&self, row: &impl Columns) -> rusqlite::Result<bool> {
        if self.hides_own && row.text(column::SERVICE)? == VIEWER_SERVICE {
            return Ok(false);
        }
        none_rules_out(self.tests.iter(), row)
    }

    /// What the columns say of each condition.
    pub(super) fn known(&self, row: &impl Columns) -> rusqlite::Result<Vec<Known>> {
        self.tests.iter().map(|(_, test)| test.known(row)).collect()
    }
}

fn none_rules_out<'a>(
    tests: impl Iterator<Item = &'a (bool, ColumnTest)>,
    row: &impl Columns,
) -> rusqlite::Result<bool> {
    for (negated, test) in tests {
        let rules_out = if *negated { Known::Holds } else { Known::Fails };
        if test.known(row)? == rules_out {
            return Ok(false);
        }
    }
    Ok(true)
}

impl ColumnTest {
    /// In SQL, if it is about a number.
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

    /// What a test that SQL does not state asks for.
    fn columns(&self) -> &'static [usize] {
        match self {
            Self::Signed(signed) if signed.origins.is_empty() => &[column::WORDS],
            Self::Signed(_) => &[column::ORIGINS, column::WORDS],
            Self::Column(Condition::Name(_)) => &[column::NAME],
            Self::Column(_) => &[],
        }
    }

    fn known(&self, row: &impl Columns) -> rusqlite::Result<Known> {
        match self {
            Self::Signed(signed) => signed.known(row),
            Self::Column(condition) => of_columns(condition, row),
        }
    }
}

fn of_columns(condition: &Condition, row: &impl Columns) -> rusqlite::Result<Known> {
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
        _ => Known::Unknown,
    })
}

impl Signed {
    fn known(&self, row: &impl Columns) -> rusqlite::Result<Known> {
        if !self.origins.is_empty() {
            let known = self.of_origins(row)?;
            if known != Known::Fails {
                return Ok(known);
            }
        }
        let signature = row.blob(column::WORDS)?;
        let mut alternatives = self.alternatives.iter();
        let may = alternatives.any(|hashes| signature::may_contain(signature, hashes));
        Ok(if may { Known::Unknown } else { Known::Fails })
    }

    /// Unknown for a trace of more origins than its row names.
    fn of_origins(&self, row: &impl Columns) -> rusqlite::Result<Known> {
        let (ids, _) = row.blob(column::ORIGINS)?.as_chunks::<4>();
        let mut ids = ids.iter().map(|id| u32::from_le_bytes(*id));
        if ids.len() > MAX_ORIGINS {
            return Ok(Known::Unknown);
        }
        Ok(ids.any(|id| self.origins.contains(&id.into())).into())
    }
}

/// The column for a trace's origins: one more than can be named stands for "too many".
pub(super) fn origin_ids(origins: &BTreeSet<i64>) -> Vec<u8> {
    let named = origins.iter().take(MAX_ORIGINS + 1);
    named
        .flat_map(|id| u32::try_from(*id).unwrap_or(u32::MAX).to_le_bytes())
        .collect()
}

/// None for what the signature does not know.
fn alternatives(condition: &Condition) -> Option<Vec<Vec<Hash>>> {
    Some(match condition {
        Condition::Text(text) => of_text(&lowercase(text)),
        Condition::Service(name) => {
            vec![signature::whole(Whole::Service, &[name]).to_vec()]
        }
        Condition::Kind(kind) => vec![signature::kind(*kind).to_vec()],
        Condition::KeyValue { key, value } => {
            let predicate = Predicate::Equals(value.clone());
            let key = key.clone();
            let mut all = alternatives(&Condition::Attribute { key, predicate })?;
            all.extend(of_text(&condition.search_text()?));
            all
        }
        Condition::Attribute { key, predicate } => {
            let key_hashes = signature::text(&lowercase(key));
            let values = match predicate {
                Predicate::Equals(value) => of_value(key, value),
                Predicate::Contains(text) => of_text(&lowercase(text)),
                _ => vec![Vec::new()],
            };
            let with_key = |hashes: Vec<Hash>| key_hashes.iter().copied().chain(hashes).collect();
            values.into_iter().map(with_key).collect()
        }
        _ => return None,
    })
}

/// Ids of spans are signed as a whole.
fn of_text(word: &str) -> Vec<Vec<Hash>> {
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

/// A number is signed as it is shown: `429` for a query's `429.0`. An array or map that equals
/// the text as a whole was signed by its elements, so only its key can be asked for.
fn of_value(key: &str, value: &str) -> Vec<Vec<Hash>> {
    if value.is_empty() || value.starts_with(['[', '{']) {
        return vec![Vec::new()];
    }
    let mut shown = vec![lowercase(value).into_owned()];
    if let Ok(number) = value.parse::<f64>() {
        shown.push(lowercase(&Value::Double(number).to_string()).into_owned());
        shown.push(format!("{number:.0}"));
    }
    shown.dedup();
    shown
        .iter()
        .map(|text| signature::pair(key, text))
        .collect()
}

fn origins_that_meet(
    connection: &Connection,
    condition: &Condition,
) -> rusqlite::Result<HashSet<i64>> {
    let meets: Box<dyn Fn(&origins::Shared) -> bool> = match condition {
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
        if meets(&origins::stored_values(connection, id)?) {
            ids.insert(id);
        }
    }
    Ok(ids)
}
