//! From text to a query. Total: what cannot be understood is said, and the rest is used.

use super::{Comparison, Condition, Query, StatusFilter, Term, Test};
use crate::SpanKind;

/// Longer queries are cut, so that a query costs a bounded time.
const MAX_QUERY_BYTES: usize = 4096;
const MAX_TERMS: usize = 32;

/// A query, and what of the text could not be understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub query: Query,
    pub problems: Vec<Problem>,
}

/// A part of the text that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte range in the text.
    pub start: usize,
    pub end: usize,
    /// For people: what is wrong and what is right.
    pub message: String,
}

/// Reads a query.
///
/// ```
/// use trace_model::query::parse;
///
/// let parsed = parse("status:error http.response.status_code:429 \"out of stock\"");
/// assert_eq!(parsed.query.terms.len(), 3);
/// assert!(parse("duration>soon").problems[0].message.contains("duration>20ms"));
/// ```
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut end = text.len().min(MAX_QUERY_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut reader = Reader {
        text: &text[..end],
        at: 0,
    };
    while let Some((start, raw)) = reader.term() {
        let problem = |message| Problem {
            start,
            end: reader.at,
            message,
        };
        if parsed.query.terms.len() >= MAX_TERMS {
            let message = format!("a query has at most {MAX_TERMS} terms");
            parsed.problems.push(problem(message));
            return parsed;
        }
        match raw.read() {
            Ok(term) => parsed.query.terms.extend(term),
            Err(message) => parsed.problems.push(problem(message)),
        }
    }
    if end < text.len() {
        let message = format!("a query has at most {MAX_QUERY_BYTES} bytes");
        parsed.problems.push(Problem {
            start: end,
            end: text.len(),
            message,
        });
    }
    parsed
}

/// A term as it stands in the text.
struct Raw {
    negated: bool,
    key: Word,
    /// Operator and value.
    test: Option<(&'static str, Word)>,
}

#[derive(Default)]
struct Word {
    text: String,
    quoted: bool,
    /// A quote that was not closed.
    open: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Longer ones first.
const OPERATORS: [&str; 8] = ["!=", ">=", "<=", ":", "=", ">", "<", "~"];

/// Keys with a meaning of their own; in quotes they are attributes.
pub(super) const RESERVED: [&str; 10] = [
    "service",
    "name",
    "root.name",
    "status",
    "kind",
    "has",
    "session",
    "trace",
    "since",
    "duration",
];

/// A key as OpenTelemetry names attributes.
pub(super) fn is_plain_key(text: &str) -> bool {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    let is_other = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@');
    text.starts_with(is_first) && text.chars().all(is_other)
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The next term and where it starts.
    fn term(&mut self) -> Option<(usize, Raw)> {
        self.skip_blanks();
        let start = self.at;
        let mut chars = self.rest().chars();
        let (first, second) = (chars.next()?, chars.next());
        // `-1`, `->` and `--flag` are texts.
        let negated =
            first == '-' && second.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '"'));
        self.at += usize::from(negated);
        let key = self.key();
        let test = key.as_ref().and_then(|key| self.test(key));
        let raw = match (key, test) {
            (Some(key), Some(test)) => Raw {
                negated,
                key,
                test: Some(test),
            },
            _ => {
                self.at = start + usize::from(negated);
                let key = self.word();
                Raw {
                    negated,
                    key,
                    test: None,
                }
            }
        };
        Some((start, raw))
    }

    /// What stands before an operator, if it can be a key.
    fn key(&mut self) -> Option<Word> {
        if self.rest().starts_with('"') {
            return Some(self.word());
        }
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '!' | '<' | '>' | '~');
        let text = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        self.at += text.len();
        is_plain_key(text).then(|| Word {
            text: text.to_owned(),
            ..Word::default()
        })
    }

    /// Blanks around an operator are allowed: `duration > 20ms`.
    fn test(&mut self, key: &Word) -> Option<(&'static str, Word)> {
        let has_blank = self.rest().starts_with(char::is_whitespace);
        self.skip_blanks();
        let operator = OPERATORS
            .into_iter()
            .find(|operator| self.rest().starts_with(operator))?;
        self.at += operator.len();
        // `http://host`, `std::io::Error`, `C:\dir` and `a -> b` are texts.
        let is_text = !key.quoted && operator == ":" && self.rest().starts_with(['/', ':', '\\'])
            || has_blank && self.rest().starts_with(['=', '>', '<', '~']);
        if is_text {
            return None;
        }
        // `duration:>20ms`
        let compared = OPERATORS
            .into_iter()
            .find(|inner| self.rest().starts_with(inner));
        let operator = match compared {
            Some(inner) if operator == ":" && inner != ":" => {
                self.at += inner.len();
                inner
            }
            // `a==b`
            Some("=") if operator == "=" => {
                self.at += 1;
                operator
            }
            _ => operator,
        };
        self.skip_blanks();
        Some((operator, self.word()))
    }

    /// A quoted word, or all up to the next blank.
    fn word(&mut self) -> Word {
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, length, open) = unquoted(quoted);
            self.at += 1 + length;
            return Word {
                text,
                quoted: true,
                open,
            };
        }
        let text = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        self.at += text.len();
        Word {
            text: text.to_owned(),
            ..Word::default()
        }
    }
}

/// The text up to the closing quote, how many bytes that took, and whether the quote is missing.
fn unquoted(quoted: &str) -> (String, usize, bool) {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at + 1, false),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                // Not an escape: Windows paths and regular expressions are full of them.
                Some((_, other)) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    (text, quoted.len(), true)
}

impl Raw {
    /// None when there is nothing to look for.
    fn read(self) -> Result<Option<Term>, String> {
        let Self { negated, key, test } = self;
        let open = key.open || test.as_ref().is_some_and(|(_, value)| value.open);
        if open {
            return Err(
                "a quote is not closed: \"two words\", and \\\" for a quote inside".to_owned(),
            );
        }
        let condition = match test {
            None => text(key, negated)?,
            Some((operator, value)) => Some(condition(&key, operator, value)?),
        };
        Ok(condition.map(|condition| Term { negated, condition }))
    }
}

fn text(word: Word, negated: bool) -> Result<Option<Condition>, String> {
    match word.text.as_str() {
        // All terms must hold anyway.
        "AND" if !word.quoted && !negated => Ok(None),
        "OR" | "NOT" if !word.quoted => Err(format!(
            "{} is not supported: all terms must hold, and - before a term negates it; \"{}\" looks for the word",
            word.text, word.text
        )),
        "" => Ok(None),
        _ => Ok(Some(Condition::Text(word.text))),
    }
}

fn condition(key: &Word, operator: &'static str, value: Word) -> Result<Condition, String> {
    let name = key.text.as_str();
    if value.text.is_empty() && !value.quoted {
        return Err(format!(
            "{name}{operator} needs a value; \"\" is the empty one"
        ));
    }
    let is = matches!(operator, ":" | "=");
    if key.quoted {
        return attribute(name, operator, value.text);
    }
    match (name, is) {
        ("service", true) => Ok(Condition::Service(value.text)),
        ("name" | "root.name", true) => Ok(Condition::Name(value.text)),
        ("status", true) => status(&value.text).map(Condition::Status),
        ("kind", true) => kind(&value.text).map(Condition::Kind),
        ("has", true) => Ok(present(value.text)),
        ("session", true) => attribute("session.id", "=", value.text),
        ("trace", true) => value
            .text
            .parse()
            .map(Condition::Trace)
            .map_err(|error| format!("trace: {error}; a trace id has 32 hex digits")),
        ("since", true) => nanoseconds(&value.text)
            .map(Condition::Since)
            .ok_or_else(|| "since needs a number and s, m or h: since:15m".to_owned()),
        ("duration", _) => duration(operator, &value.text),
        (reserved, false) if RESERVED.contains(&reserved) => Err(format!(
            "{name} takes a colon: {name}:{}, or -{name}:{} for the opposite",
            value.text, value.text
        )),
        _ => attribute(name, operator, value.text),
    }
}

const fn present(key: String) -> Condition {
    Condition::Attribute {
        key,
        test: Test::Present,
    }
}

fn attribute(key: &str, operator: &str, value: String) -> Result<Condition, String> {
    let test = match operator {
        "!=" => Test::Differs(value),
        "~" => Test::Contains(value),
        ":" => {
            let key = key.to_owned();
            return Ok(Condition::KeyValue { key, value });
        }
        _ => match comparison(operator) {
            None => Test::Equals(value),
            Some(comparison) => {
                let number = value.parse().ok().filter(|number: &f64| number.is_finite());
                let number = number
                    .ok_or_else(|| format!("{key}{operator} needs a number: {key}{operator}10"))?;
                Test::Compares(comparison, number)
            }
        },
    };
    Ok(Condition::Attribute {
        key: key.to_owned(),
        test,
    })
}

const fn comparison(operator: &str) -> Option<Comparison> {
    match operator.as_bytes() {
        b"<" => Some(Comparison::Less),
        b"<=" => Some(Comparison::AtMost),
        b">" => Some(Comparison::More),
        b">=" => Some(Comparison::AtLeast),
        _ => None,
    }
}

fn status(value: &str) -> Result<StatusFilter, String> {
    match value.to_ascii_lowercase().as_str() {
        "error" => Ok(StatusFilter::Error),
        "ok" => Ok(StatusFilter::Ok),
        number if number.parse::<u16>().is_ok() => Err(format!(
            "status is error or ok; for the HTTP status: http.response.status_code:{number}"
        )),
        _ => Err("status is error or ok: status:error".to_owned()),
    }
}

fn kind(value: &str) -> Result<SpanKind, String> {
    let kinds = [
        SpanKind::Internal,
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
    ];
    let lower = value.to_ascii_lowercase();
    let plain = lower.trim_start_matches("span_kind_");
    let found = kinds.into_iter().find(|kind| kind.to_string() == plain);
    found.ok_or_else(|| {
        "kind is server, client, internal, producer or consumer: kind:server".to_owned()
    })
}

fn duration(operator: &str, value: &str) -> Result<Condition, String> {
    let wrong =
        || "duration needs > or <, a number, and us, ms, s, m or h: duration>20ms".to_owned();
    let comparison = comparison(operator).ok_or_else(wrong)?;
    let nanos = nanoseconds(value).ok_or_else(wrong)?;
    Ok(Condition::Duration(comparison, nanos))
}

/// A number without a unit counts milliseconds.
fn nanoseconds(value: &str) -> Option<u64> {
    let digits = value.trim_end_matches(|c: char| c.is_alphabetic());
    let factor = match &value[digits.len()..] {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "" | "ms" => 1e6,
        "s" => 1e9,
        "m" | "min" => 60e9,
        "h" => 3_600e9,
        "d" => 86_400e9,
        _ => return None,
    };
    let nanos = digits.trim_end().parse::<f64>().ok()? * factor;
    (nanos.is_finite() && nanos >= 0.0).then_some(nanos.round() as u64)
}
