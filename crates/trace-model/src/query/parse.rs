//! The parser of the query language. It reports each invalid term and uses the others.

use super::{Comparison, Condition, Predicate, Query, StatusFilter, Term, log_matcher::SEVERITY};
use crate::{LogSeverity, SpanKind};

/// Longer queries are cut off, which bounds the cost of evaluating one.
const MAX_QUERY_BYTES: usize = 4096;
const MAX_TERMS: usize = 32;

/// A query, and the parts of the text that are not valid terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    pub query: Query,
    pub problems: Vec<Problem>,
}

/// A part of the text that is not a valid term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Start of the part, as a byte offset in the text.
    pub start: usize,
    /// End of the part, exclusive.
    pub end: usize,
    /// What is wrong, and an example of what is right.
    pub message: String,
}

/// Parses a query. Never fails: [`Parsed::problems`] lists the parts that were not used.
///
/// # Examples
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
        position: 0,
    };
    while let Some((start, raw)) = reader.term() {
        let problem = |message| Problem {
            start,
            end: reader.position,
            message,
        };
        if parsed.query.terms.len() >= MAX_TERMS {
            let message = format!("a query has at most {MAX_TERMS} terms");
            parsed.problems.push(problem(message));
            return parsed;
        }
        match raw.interpret() {
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

/// A term before its meaning is known.
struct RawTerm {
    negated: bool,
    key: Word,
    /// Operator and value.
    test: Option<(&'static str, Word)>,
}

#[derive(Default)]
struct Word {
    text: String,
    quoted: bool,
    /// The closing quote is missing.
    unclosed: bool,
}

struct Reader<'a> {
    text: &'a str,
    position: usize,
}

/// An operator stands before each other one that it starts with.
const OPERATORS: [&str; 8] = ["!=", ">=", "<=", ":", "=", ">", "<", "~"];

/// Keys with a special meaning. In quotes, they are attributes.
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

/// Returns whether a text can be an attribute's key without quotes.
pub(super) fn is_plain_key(text: &str) -> bool {
    let is_first = |c: char| c.is_alphabetic() || c == '_';
    let is_other = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '@');
    text.starts_with(is_first) && text.chars().all(is_other)
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn skip_whitespace(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start().len();
    }

    /// Reads the next term, and returns it with its byte offset.
    fn term(&mut self) -> Option<(usize, RawTerm)> {
        self.skip_whitespace();
        let start = self.position;
        let mut chars = self.rest().chars();
        let (first, second) = (chars.next()?, chars.next());
        // `-1`, `->` and `--flag` are free text.
        let negated =
            first == '-' && second.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '"'));
        self.position += usize::from(negated);
        let key = self.key();
        let test = key.as_ref().and_then(|key| self.test(key));
        let raw = match (key, test) {
            (Some(key), Some(test)) => RawTerm {
                negated,
                key,
                test: Some(test),
            },
            _ => {
                self.position = start + usize::from(negated);
                let key = self.word();
                RawTerm {
                    negated,
                    key,
                    test: None,
                }
            }
        };
        Some((start, raw))
    }

    /// Reads the text before an operator, if it can be a key.
    fn key(&mut self) -> Option<Word> {
        if self.rest().starts_with('"') {
            return Some(self.word());
        }
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '!' | '<' | '>' | '~');
        let text = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        self.position += text.len();
        is_plain_key(text).then(|| Word {
            text: text.to_owned(),
            ..Word::default()
        })
    }

    /// Reads an operator and a value. Spaces around the operator are allowed: `duration > 20ms`.
    fn test(&mut self, key: &Word) -> Option<(&'static str, Word)> {
        let has_space = self.rest().starts_with(char::is_whitespace);
        self.skip_whitespace();
        let operator = OPERATORS
            .into_iter()
            .find(|operator| self.rest().starts_with(operator))?;
        self.position += operator.len();
        // `http://host`, `std::io::Error`, `C:\dir` and `a -> b` are free text.
        let is_text = !key.quoted && operator == ":" && self.rest().starts_with(['/', ':', '\\'])
            || has_space && self.rest().starts_with(['=', '>', '<', '~']);
        if is_text {
            return None;
        }
        // `duration:>20ms`
        let compared = OPERATORS
            .into_iter()
            .find(|inner| self.rest().starts_with(inner));
        let operator = match compared {
            Some(inner) if operator == ":" && inner != ":" => {
                self.position += inner.len();
                inner
            }
            // `a==b`
            Some("=") if operator == "=" => {
                self.position += 1;
                operator
            }
            _ => operator,
        };
        self.skip_whitespace();
        Some((operator, self.word()))
    }

    /// Reads a quoted text, or everything up to the next space.
    fn word(&mut self) -> Word {
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, length, unclosed) = unquote(quoted);
            self.position += 1 + length;
            return Word {
                text,
                quoted: true,
                unclosed,
            };
        }
        let text = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        self.position += text.len();
        Word {
            text: text.to_owned(),
            ..Word::default()
        }
    }
}

/// Returns the text up to the closing quote, the bytes read, and whether that quote is missing.
fn unquote(quoted: &str) -> (String, usize, bool) {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at + 1, false),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                // Not an escape, but part of a Windows path or a regular expression.
                Some((_, other)) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    (text, quoted.len(), true)
}

impl RawTerm {
    /// Interprets the term. `None` for a term without effect, such as `AND`.
    fn interpret(self) -> Result<Option<Term>, String> {
        let Self { negated, key, test } = self;
        let unclosed = key.unclosed || test.as_ref().is_some_and(|(_, value)| value.unclosed);
        if unclosed {
            return Err(
                "a quote is not closed: write \"two words\", and \\\" for a quote inside"
                    .to_owned(),
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
        // The trace must match all terms anyway.
        "AND" if !word.quoted && !negated => Ok(None),
        "OR" | "NOT" if !word.quoted => Err(format!(
            "{} is not supported: a trace must match all terms, and - before a term negates it; \"{}\" finds the word",
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
            "{name}{operator} needs a value; write \"\" for an empty one"
        ));
    }
    let is_equality = matches!(operator, ":" | "=");
    if key.quoted {
        return attribute(name, operator, value.text);
    }
    match (name, is_equality) {
        ("service", true) => Ok(Condition::Service(value.text)),
        ("name" | "root.name", true) => Ok(Condition::Name(value.text)),
        ("status", true) => status(&value.text).map(Condition::Status),
        ("kind", true) => kind(&value.text).map(Condition::Kind),
        ("has", true) => Ok(exists(value.text)),
        ("session", true) => attribute("session.id", "=", value.text),
        ("trace", true) => value
            .text
            .parse()
            .map(Condition::Trace)
            .map_err(|error| format!("trace: {error}; a trace id has 32 hex digits")),
        ("since", true) => nanoseconds(&value.text)
            .map(Condition::Since)
            .ok_or_else(|| "since needs a number and a unit (s, m or h): since:15m".to_owned()),
        ("duration", _) => duration(operator, &value.text),
        (reserved, false) if RESERVED.contains(&reserved) => Err(format!(
            "{name} takes a colon: {name}:{}, or -{name}:{} for the opposite",
            value.text, value.text
        )),
        _ => attribute(name, operator, value.text),
    }
}

const fn exists(key: String) -> Condition {
    Condition::Attribute {
        key,
        predicate: Predicate::Exists,
    }
}

fn attribute(key: &str, operator: &str, value: String) -> Result<Condition, String> {
    let predicate = match operator {
        "!=" => Predicate::NotEquals(value),
        "~" => Predicate::Contains(value),
        ":" => {
            let key = key.to_owned();
            return Ok(Condition::KeyValue { key, value });
        }
        _ => match comparison(operator) {
            None => Predicate::Equals(value),
            Some(comparison) => {
                let number =
                    severity_number(key, comparison, &value).or_else(|| value.parse().ok());
                let number = number.filter(|number: &f64| number.is_finite());
                let number = number
                    .ok_or_else(|| format!("{key}{operator} needs a number: {key}{operator}10"))?;
                Predicate::Compares(comparison, number)
            }
        },
    };
    Ok(Condition::Attribute {
        key: key.to_owned(),
        predicate,
    })
}

/// Severities have names, but are compared by their numbers. The range of a name is above or below
/// another as a whole: `severity>warn` excludes WARN4.
fn severity_number(key: &str, comparison: Comparison, name: &str) -> Option<f64> {
    let severity = LogSeverity::of_name(name).filter(|_| key == SEVERITY)?;
    let number = match comparison {
        Comparison::Less | Comparison::GreaterOrEqual => severity.first_number(),
        Comparison::Greater | Comparison::LessOrEqual => severity.last_number(),
    };
    Some(number.into())
}

const fn comparison(operator: &str) -> Option<Comparison> {
    match operator.as_bytes() {
        b"<" => Some(Comparison::Less),
        b"<=" => Some(Comparison::LessOrEqual),
        b">" => Some(Comparison::Greater),
        b">=" => Some(Comparison::GreaterOrEqual),
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
    let problem = || {
        "duration needs > or <, a number and a unit (us, ms, s, m or h): duration>20ms".to_owned()
    };
    let comparison = comparison(operator).ok_or_else(problem)?;
    let nanos = nanoseconds(value).ok_or_else(problem)?;
    Ok(Condition::Duration(comparison, nanos))
}

/// Parses a duration. A number without a unit is in milliseconds.
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
