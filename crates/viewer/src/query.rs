//! The search box's language, read and written.
//!
//! `service:cruddur name:crud.like status:error duration>20ms anything else`, in any
//! order; a value with blanks goes in double quotes. What is not one of these is free text.

use std::fmt;

/// What to show, as the gateway's `/api/traces` can answer it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    pub(crate) service: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<StatusFilter>,
    pub(crate) min_duration_ms: Option<f64>,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    Error,
    Ok,
}

impl StatusFilter {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
        }
    }
}

/// A filter, and what of the text could not be understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) filter: Filter,
    pub(crate) problem: Option<String>,
}

pub(crate) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut words: Vec<String> = Vec::new();
    for term in terms(text) {
        match parsed.filter.apply(&term) {
            Ok(true) => {}
            Ok(false) => words.push(term.plain()),
            Err(problem) => parsed.problem = Some(problem),
        }
    }
    parsed.filter.text = words.join(" ");
    parsed
}

impl Filter {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a term in; false when it is free text.
    fn apply(&mut self, term: &Term) -> Result<bool, String> {
        match (term.key.as_str(), term.operator) {
            ("service", Some(':')) => self.service = Some(term.value.clone()),
            ("name", Some(':')) => self.name = Some(term.value.clone()),
            ("status", Some(':')) => self.status = Some(status(&term.value)?),
            ("duration", Some('>')) => self.min_duration_ms = Some(milliseconds(&term.value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn status(value: &str) -> Result<StatusFilter, String> {
    match value {
        "error" => Ok(StatusFilter::Error),
        "ok" => Ok(StatusFilter::Ok),
        _ => Err("status is error or ok: status:error".to_owned()),
    }
}

fn milliseconds(value: &str) -> Result<f64, String> {
    let value = value.trim_start_matches('=');
    let digits = value.trim_end_matches(|c: char| c.is_alphabetic());
    let factor = match &value[digits.len()..] {
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "us" | "µs" | "μs" => 0.001,
        _ => f64::NAN,
    };
    let milliseconds = digits.parse::<f64>().unwrap_or(f64::NAN) * factor;
    if milliseconds.is_finite() && milliseconds >= 0.0 {
        Ok(milliseconds)
    } else {
        Err("duration needs a number and us, ms or s: duration>20ms".to_owned())
    }
}

/// `key`, `key:value` or `key>value`; without an operator only the key is set.
#[derive(Debug, Default, PartialEq)]
struct Term {
    key: String,
    operator: Option<char>,
    value: String,
}

impl Term {
    /// As it was typed, quotes aside.
    fn plain(&self) -> String {
        let operator = self.operator.map(String::from).unwrap_or_default();
        format!("{}{operator}{}", self.key, self.value)
    }
}

fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (term, after) = term(rest);
        terms.push(term);
        rest = after.trim_start();
    }
    terms
}

/// Blanks around an operator are allowed: `duration > 20ms`.
fn term(text: &str) -> (Term, &str) {
    let (key, after_key) = word(text, true);
    let operator = after_key.trim_start().chars().next();
    let Some(operator) = operator.filter(|operator| matches!(operator, ':' | '>')) else {
        let term = Term {
            key,
            ..Term::default()
        };
        return (term, after_key);
    };
    let (value, rest) = word(after_key.trim_start()[1..].trim_start(), false);
    let term = Term {
        key,
        operator: Some(operator),
        value,
    };
    (term, rest)
}

/// A quoted or plain word; a key also ends at an operator.
fn word(text: &str, is_key: bool) -> (String, &str) {
    if let Some((quoted, rest)) = text.strip_prefix('"').and_then(|text| text.split_once('"')) {
        return (quoted.to_owned(), rest);
    }
    let ends = |c: char| c.is_whitespace() || (is_key && matches!(c, ':' | '>'));
    let end = text.find(ends).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

/// Writes the filter as its shortest text.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |key: &str, value: &String| match value.contains(char::is_whitespace) {
            true => format!("{key}:\"{value}\""),
            false => format!("{key}:{value}"),
        };
        let terms = [
            self.service.as_ref().map(|value| quoted("service", value)),
            self.name.as_ref().map(|value| quoted("name", value)),
            self.status
                .map(|status| format!("status:{}", status.as_str())),
            self.min_duration_ms.map(|ms| format!("duration>{ms}ms")),
            (!self.text.is_empty()).then(|| self.text.clone()),
        ];
        f.write_str(&terms.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_written_in_its_shortest_form() {
        let check = |text: &str, shortest: &str| {
            let parsed = parse(text);
            assert_eq!(parsed.problem, None, "{text}");
            assert_eq!(parsed.filter.to_string(), shortest);
            assert_eq!(parse(shortest), parsed, "{shortest}");
        };
        check("", "");
        check("  like  it ", "like it");
        check(
            "status:error service:cruddur",
            "service:cruddur status:error",
        );
        check(
            "service : cruddur duration > 20ms",
            "service:cruddur duration>20ms",
        );
        check("duration>=1.5s", "duration>1500ms");
        check("duration>250us x", "duration>0.25ms x");
        check("name:\"PUT /api\" 500", "name:\"PUT /api\" 500");
        check("http://127.0.0.1/", "http://127.0.0.1/");
        check("a:b", "a:b");
    }

    #[test]
    fn what_cannot_be_understood_is_said_and_the_rest_is_used() {
        let parsed = parse("duration>soon like");
        assert!(parsed.problem.unwrap().contains("duration>20ms"));
        assert_eq!(parsed.filter.text, "like");
        assert!(
            parse("status:bad")
                .problem
                .unwrap()
                .contains("status:error")
        );
        assert!(parse("duration>-5ms").problem.is_some());
    }

    #[test]
    fn a_query_half_typed_is_no_surprise() {
        for text in [
            "\"",
            "name:\"PUT",
            ":",
            ">",
            "service:",
            "a :",
            "é:é",
            "duration>µ",
        ] {
            parse(text);
        }
        assert_eq!(parse("service:").filter.service.as_deref(), Some(""));
    }
}
