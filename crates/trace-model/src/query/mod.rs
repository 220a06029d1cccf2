//! The query language for traces and log records: one parser for the viewer, the gateway and its API.
//!
//! A query is a list of terms. A trace matches if it matches all of them:
//!
//! | Term | Matches a trace |
//! |---|---|
//! | `timeout`, `"two words"` | with this text anywhere: names, keys, values, events, errors, resources, ids |
//! | `service:shop` | with a span of this service |
//! | `name:like` | whose name contains this text (also `root.name:`) |
//! | `status:error` | with a failed span; `status:ok`: without one |
//! | `kind:server` | with a span of this kind |
//! | `duration>20ms`, `duration<=1s` | of this duration (ns, us, ms, s, m, h) |
//! | `key=value` | with a span, event, link or resource that has this attribute |
//! | `key:value` | the same, or with this text anywhere (`app.js:12`) |
//! | `key!=value` | with this attribute and another value |
//! | `key>10`, `key>=10`, `key<10`, `key<=10` | with this attribute, compared as a number |
//! | `key~text` | with this attribute and a value that contains the text |
//! | `has:key` | with this attribute |
//! | `session:id` | with the attribute `session.id` of this value |
//! | `trace:id` | with this id |
//! | `since:15m` | that started in the last 15 minutes |
//!
//! Log records have the same language without `status:`, `kind:` and `duration`, see [`LogMatcher`], and
//! one term more: `severity>=warn`, `severity:error` (trace, debug, info, warn, error, fatal).
//!
//! `-` before a term negates it: no span may match it. Put values and texts with spaces in double
//! quotes; inside them, `\"` is a quote and `\\` a backslash. Texts are compared without regard to
//! case, attribute values exactly.
//!
//! Parsing never fails: each part that is not a valid term becomes a [`Problem`], and the other
//! terms apply.
//!
//! # Examples
//!
//! ```
//! use trace_model::{Span, query::{Matcher, parse}};
//!
//! let query = parse("kind:internal like").query;
//! let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
//! let span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
//!
//! let mut matcher = Matcher::new(&query);
//! matcher.check(&span);
//! assert!(matcher.matches());
//! # Ok::<(), trace_model::IdError>(())
//! ```

mod log_matcher;
mod matcher;
mod parse;
mod span_matcher;
mod text;

use std::fmt;

pub use self::{
    log_matcher::LogMatcher,
    matcher::{Matcher, contains_text, has_attribute},
    parse::{Parsed, Problem, parse},
    span_matcher::SpanMatcher,
    text::{Text, for_each_log_text, for_each_shared_text, for_each_text, lowercase},
};
use crate::{SpanKind, TraceId};

/// A list of terms. A trace matches if it matches all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    pub terms: Vec<Term>,
}

/// A condition, possibly negated.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub negated: bool,
    pub condition: Condition,
}

/// A condition on a trace.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// Text anywhere in the trace, ignoring case.
    Text(String),
    /// A span of the service with exactly this name.
    Service(String),
    /// A part of the trace's name, ignoring case.
    Name(String),
    Status(StatusFilter),
    /// A span of this kind.
    Kind(SpanKind),
    /// The trace's duration, in nanoseconds.
    Duration(Comparison, u64),
    /// An attribute of a span, event, link or resource.
    Attribute {
        key: String,
        predicate: Predicate,
    },
    /// An attribute with this value, or the text `key:value`, which may be a file and a line.
    KeyValue {
        key: String,
        value: String,
    },
    /// The trace with this id.
    Trace(TraceId),
    /// The trace started at most this many nanoseconds ago.
    Since(u64),
}

/// Whether a trace has failed spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// At least one span failed.
    Error,
    /// No span failed.
    Ok,
}

/// A condition on an attribute's value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Predicate {
    /// The attribute exists, with any value.
    Exists,
    /// The value equals this text. Two numbers are compared as numbers.
    Equals(String),
    /// The opposite of [`Predicate::Equals`].
    NotEquals(String),
    /// The value is a number for which the comparison is true.
    Compares(Comparison, f64),
    /// The value contains this text, ignoring case.
    Contains(String),
}

/// A comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Returns whether the comparison of `left` with `right` is true.
    #[must_use]
    pub fn evaluate<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl StatusFilter {
    /// Returns the filter as the query language writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
        }
    }
}

impl Condition {
    /// Returns the text that the condition searches for anywhere in a trace, in lower case.
    #[must_use]
    pub fn search_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(lowercase(text).into_owned()),
            Self::KeyValue { key, value } => {
                Some(lowercase(&format!("{key}:{value}")).into_owned())
            }
            _ => None,
        }
    }
}

impl From<Condition> for Term {
    fn from(condition: Condition) -> Self {
        Self {
            negated: false,
            condition,
        }
    }
}

impl Query {
    /// Returns whether the query matches every trace.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns the conditions that are not negated.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let terms = self.terms.iter().filter(|term| !term.negated);
        terms.map(|term| &term.condition)
    }

    /// Removes the terms that `replaced` selects and adds `condition`. Negated terms stay.
    pub fn replace(&mut self, replaced: impl Fn(&Condition) -> bool, condition: Option<Condition>) {
        self.terms
            .retain(|term| term.negated || !replaced(&term.condition));
        self.terms.extend(condition.map(Term::from));
    }
}

/// Writes the query in its shortest form, which parses to the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = if self.negated { "-" } else { "" };
        write!(f, "{minus}{}", self.condition)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted_text(text)),
            Self::Service(name) => write!(f, "service:{}", quoted(name)),
            Self::Name(name) => write!(f, "name:{}", quoted(name)),
            Self::Status(status) => write!(f, "status:{}", status.as_str()),
            Self::Kind(kind) => write!(f, "kind:{kind}"),
            Self::Duration(comparison, nanos) => {
                write!(f, "duration{}{}", comparison.as_str(), duration(*nanos))
            }
            Self::Attribute { key, predicate } => predicate.write(f, key),
            Self::KeyValue { key, value } => write!(f, "{}:{}", quoted_key(key), quoted(value)),
            Self::Trace(id) => write!(f, "trace:{id}"),
            Self::Since(nanos) => write!(f, "since:{}", duration(*nanos)),
        }
    }
}

impl Predicate {
    fn write(&self, f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
        if *self == Self::Exists {
            return write!(f, "has:{}", quoted(key));
        }
        f.write_str(&quoted_key(key))?;
        match self {
            Self::Exists => Ok(()),
            Self::Equals(value) => write!(f, "={}", quoted(value)),
            Self::NotEquals(value) => write!(f, "!={}", quoted(value)),
            Self::Compares(comparison, number) => write!(f, "{}{number}", comparison.as_str()),
            Self::Contains(value) => write!(f, "~{}", quoted(value)),
        }
    }
}

/// Writes a duration in the largest unit that needs no fraction.
fn duration(nanos: u64) -> String {
    let units = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    let unit = units
        .into_iter()
        .find(|(size, _)| nanos >= *size && nanos.is_multiple_of(*size));
    match unit {
        Some((size, name)) => format!("{}{name}", nanos / size),
        None if nanos == 0 => "0ms".to_owned(),
        None => format!("{nanos}ns"),
    }
}

fn in_quotes(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Quotes a value if it would not be read back as one word.
fn quoted(value: &str) -> String {
    let is_plain = !value.is_empty()
        && !value.contains(char::is_whitespace)
        && !value.contains(['"', '\\'])
        && !value.starts_with(['=', '<', '>', '~', ':', '!']);
    if is_plain {
        value.to_owned()
    } else {
        in_quotes(value)
    }
}

fn quoted_key(key: &str) -> String {
    if parse::is_plain_key(key) && !parse::RESERVED.contains(&key) {
        key.to_owned()
    } else {
        in_quotes(key)
    }
}

/// Quotes a free text if it would not be read back as the same text.
fn quoted_text(text: &str) -> String {
    let parsed = parse::parse(text);
    let same = matches!(&parsed.query.terms[..], [Term { negated: false, condition: Condition::Text(read) }] if read == text);
    if same && parsed.problems.is_empty() && !text.contains(['"', '\\']) {
        text.to_owned()
    } else {
        in_quotes(text)
    }
}

#[cfg(test)]
mod tests;
