//! A query, prepared for a scan: what the columns of the index say about a trace, before its
//! spans are read.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, Row};
use trace_model::{
    Value,
    query::{Condition, Query, StatusFilter, Test, contains_text, has_attribute, lowercase},
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

/// The index's columns, in the order of `list::SCAN`.
pub(super) mod column {
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const START: usize = 1;
    pub(crate) const DURATION: usize = 3;
    pub(crate) const ERROR_COUNT: usize = 4;
    pub(crate) const NAME: usize = 5;
    pub(crate) const ORIGINS: usize = 6;
    pub(crate) const WORDS: usize = 7;
}

impl Filter {
    pub(super) fn new(connection: &Connection, query: &Query, now: i64) -> rusqlite::Result<Self> {
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
        Ok(Self { tests })
    }

    /// False when the columns rule the trace out.
    pub(super) fn may_match(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        for (negated, test) in &self.tests {
            let known = test.known(row)?;
            let rules_out = if *negated { Known::Holds } else { Known::Fails };
            if known == rules_out {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the columns say of each condition.
    pub(super) fn known(&self, row: &Row<'_>) -> rusqlite::Result<Vec<Known>> {
        self.tests.iter().map(|(_, test)| test.known(row)).collect()
    }
}

impl ColumnTest {
    fn known(&self, row: &Row<'_>) -> rusqlite::Result<Known> {
        match self {
            Self::Signed(signed) => signed.known(row),
            Self::Column(condition) => of_columns(condition, row),
        }
    }
}

fn of_columns(condition: &Condition, row: &Row<'_>) -> rusqlite::Result<Known> {
    let number = |index: usize| row.get::<_, i64>(index);
    let unsigned = |index| number(index).map(|number| u64::try_from(number).unwrap_or_default());
    Ok(match condition {
        Condition::Duration(comparison, nanos) => {
            comparison.holds(unsigned(column::DURATION)?, *nanos).into()
        }
        Condition::Since(since) => (unsigned(column::START)? >= *since).into(),
        Condition::Status(StatusFilter::Error) => (number(column::ERROR_COUNT)? > 0).into(),
        Condition::Status(StatusFilter::Ok) => (number(column::ERROR_COUNT)? == 0).into(),
        Condition::Name(part) => {
            let name = row
                .get_ref(column::NAME)?
                .as_str()
                .map_err(damage::undecodable)?;
            lowercase(name).contains(part.as_str()).into()
        }
        _ => Known::Unknown,
    })
}

impl Signed {
    fn known(&self, row: &Row<'_>) -> rusqlite::Result<Known> {
        if !self.origins.is_empty() {
            let known = self.of_origins(row)?;
            if known != Known::Fails {
                return Ok(known);
            }
        }
        let signature = row.get_ref(column::WORDS)?;
        let signature = signature.as_blob().map_err(damage::undecodable)?;
        let mut alternatives = self.alternatives.iter();
        let may = alternatives.any(|hashes| signature::may_contain(signature, hashes));
        Ok(if may { Known::Unknown } else { Known::Fails })
    }

    /// Unknown for a trace of more origins than its row names.
    fn of_origins(&self, row: &Row<'_>) -> rusqlite::Result<Known> {
        let ids = row.get_ref(column::ORIGINS)?;
        let (ids, _) = ids.as_blob().map_err(damage::undecodable)?.as_chunks::<4>();
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
            let test = Test::Equals(value.clone());
            let key = key.clone();
            let mut all = alternatives(&Condition::Attribute { key, test })?;
            all.extend(of_text(&condition.word()?));
            all
        }
        Condition::Attribute { key, test } => {
            let key_hashes = signature::text(&lowercase(key));
            let values = match test {
                Test::Equals(value) => of_value(key, value),
                Test::Contains(text) => of_text(&lowercase(text)),
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
            let test = Test::Equals(value.clone());
            let word = condition.word().unwrap_or_default();
            Box::new(move |(resource, scope)| {
                has_attribute(&resource.attributes, key, &test)
                    || contains_text(resource, scope, &word)
            })
        }
        Condition::Attribute { key, test } => {
            Box::new(move |(resource, _)| has_attribute(&resource.attributes, key, test))
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
