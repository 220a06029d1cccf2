//! The query language for traces: one parser for the viewer, the gateway and its API.
//!
//! A query is a list of terms, all of which must hold for a trace:
//!
//! | term | holds for a trace |
//! |---|---|
//! | `timeout`, `"two words"` | with this text anywhere: names, keys, values, events, errors, resources, ids |
//! | `service:shop` | in which this service took part |
//! | `name:like` | whose name contains this (also `root.name:`) |
//! | `status:error` | with a failed span; `status:ok`: without one |
//! | `kind:server` | with a span of this kind |
//! | `duration>20ms`, `duration<=1s` | that took as long (ns, us, ms, s, m, h) |
//! | `key=value` | with a span, event, link or resource that has this attribute |
//! | `key:value` | the same, or with this text anywhere (`app.js:12`) |
//! | `key!=value` | with such an attribute of another value |
//! | `key>10`, `key>=10`, `key<10`, `key<=10` | with such an attribute, compared as numbers |
//! | `key~text` | with such an attribute that contains this text |
//! | `has:key` | with such an attribute |
//! | `session:id` | with the attribute `session.id` of this value |
//! | `trace:id` | with this id |
//! | `since:15m` | that started in the last 15 minutes |
//!
//! `-` before a term negates it: no span matches it. A value or a text with blanks stands in double quotes,
//! inside which `\"` is a quote and `\\` a backslash. Texts are compared in any case, values of attributes exactly.
//!
//! Parsing is total: what cannot be understood becomes a [`Problem`], and the other terms are used.

mod matcher;
mod parse;
mod text;

use std::fmt;

pub use self::{
    matcher::{Matcher, contains_text, has_attribute},
    parse::{Parsed, Problem, parse},
    text::{Text, for_each_text, for_each_text_of, lowercase},
};
use crate::{SpanKind, TraceId};

/// All of its terms must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    pub terms: Vec<Term>,
}

/// A condition, or its opposite.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub negated: bool,
    pub condition: Condition,
}

/// What a trace is asked for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// Text anywhere in the trace, in any case.
    Text(String),
    Service(String),
    /// A part of the trace's name, in any case.
    Name(String),
    Status(StatusFilter),
    Kind(SpanKind),
    /// Of the trace, in nanoseconds.
    Duration(Comparison, u64),
    Attribute {
        key: String,
        test: Test,
    },
    /// An attribute of this value, or the text `key:value`: a file and a line look like that.
    KeyValue {
        key: String,
        value: String,
    },
    Trace(TraceId),
    /// Started in the last so many nanoseconds.
    Since(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// A span failed.
    Error,
    /// No span failed.
    Ok,
}

/// How an attribute's value is compared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// The attribute is there.
    Present,
    /// As a number where both are numbers, else as text, exactly.
    Equals(String),
    Differs(String),
    /// As numbers.
    Compares(Comparison, f64),
    /// In any case.
    Contains(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    #[must_use]
    pub fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl StatusFilter {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
        }
    }
}

impl Condition {
    /// The text that the condition looks for, in lower case.
    #[must_use]
    pub fn word(&self) -> Option<String> {
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
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The conditions that are not negated.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let terms = self.terms.iter().filter(|term| !term.negated);
        terms.map(|term| &term.condition)
    }

    /// Removes the terms, negated ones aside, that `replaced` selects, and adds `condition`.
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
            Self::Attribute { key, test } => test.write(f, key),
            Self::KeyValue { key, value } => write!(f, "{}:{}", quoted_key(key), quoted(value)),
            Self::Trace(id) => write!(f, "trace:{id}"),
            Self::Since(nanos) => write!(f, "since:{}", duration(*nanos)),
        }
    }
}

impl Test {
    fn write(&self, f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
        if *self == Self::Present {
            return write!(f, "has:{}", quoted(key));
        }
        f.write_str(&quoted_key(key))?;
        match self {
            Self::Present => Ok(()),
            Self::Equals(value) => write!(f, "={}", quoted(value)),
            Self::Differs(value) => write!(f, "!={}", quoted(value)),
            Self::Compares(comparison, number) => write!(f, "{}{number}", comparison.as_str()),
            Self::Contains(value) => write!(f, "~{}", quoted(value)),
        }
    }
}

/// In the largest unit that takes no fraction.
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

/// A value: only blanks and quotes would end it early or begin it otherwise.
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

/// Plain where it reads back as the same text.
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
