//! Whether a trace's spans match a query.

use super::{Condition, Query, Test, for_each_text, for_each_text_of, lowercase};
use crate::{Attributes, Link, Resource, Scope, Span, Value};

/// Looks at a trace's spans one after the other. What is about the trace as a whole
/// (name, duration, status, id, start) is the caller's to say, through [`Matcher::set`].
#[derive(Debug)]
pub struct Matcher<'a> {
    query: &'a Query,
    /// For each term: text in lower case, if it looks for one.
    words: Vec<Option<String>>,
    /// For each term: its condition holds.
    holds: Vec<bool>,
}

impl<'a> Matcher<'a> {
    #[must_use]
    pub fn new(query: &'a Query) -> Self {
        Self {
            query,
            words: query
                .terms
                .iter()
                .map(|term| term.condition.word())
                .collect(),
            holds: vec![false; query.terms.len()],
        }
    }

    /// Whether the condition of the term at `index` is known to hold.
    #[must_use]
    pub fn holds(&self, index: usize) -> bool {
        self.holds[index]
    }

    /// Says that the condition of the term at `index` holds.
    pub fn set(&mut self, index: usize) {
        self.holds[index] = true;
    }

    /// Tests the conditions that do not hold yet against one more span.
    pub fn look(&mut self, span: &Span) {
        for index in 0..self.holds.len() {
            if !self.holds[index] {
                self.holds[index] = self.is_met(index, span);
            }
        }
    }

    /// False when no further span can make the trace match.
    #[must_use]
    pub fn can_match(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.holds);
        terms.all(|(term, holds)| !(term.negated && *holds))
    }

    /// True when no further span can change the outcome.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.holds);
        !self.can_match() || terms.all(|(term, holds)| !term.negated && *holds)
    }

    /// The outcome, once all spans were looked at.
    #[must_use]
    pub fn matches(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.holds);
        terms.all(|(term, holds)| term.negated != *holds)
    }

    fn is_met(&self, index: usize, span: &Span) -> bool {
        let word = self.words[index].as_deref();
        if word.is_some_and(|word| contains(span, word)) {
            return true;
        }
        match &self.query.terms[index].condition {
            Condition::KeyValue { key, value } => {
                has_attribute_anywhere(span, key, &Test::Equals(value.clone()))
            }
            Condition::Service(name) => span.service() == name,
            Condition::Kind(kind) => span.kind == *kind,
            Condition::Attribute { key, test } => has_attribute_anywhere(span, key, test),
            _ => false,
        }
    }
}

fn contains(span: &Span, word: &str) -> bool {
    let mut found = false;
    for_each_text(span, &mut |text| {
        found = found || lowercase(&text.text).contains(word);
    });
    found || contains_text(&span.resource, &span.scope, word) || has_id(span, word)
}

/// Whether what many spans share has a text that contains `word`, which is in lower case.
#[must_use]
pub fn contains_text(resource: &Resource, scope: &Scope, word: &str) -> bool {
    let mut found = false;
    for_each_text_of(resource, scope, &mut |text| {
        found = found || lowercase(&text.text).contains(word);
    });
    found
}

/// A part of the trace's id is enough: people copy them from tables.
fn has_id(span: &Span, word: &str) -> bool {
    if span.trace_id.to_string().contains(word) {
        return true;
    }
    let linked =
        |link: &Link| link.trace_id.to_string() == word || link.span_id.to_string() == word;
    is_id(word) && (span.span_id.to_string() == word || span.links.iter().any(linked))
}

fn is_id(word: &str) -> bool {
    matches!(word.len(), 16 | 32) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn has_attribute_anywhere(span: &Span, key: &str, test: &Test) -> bool {
    has_attribute(&span.attributes, key, test)
        || has_attribute(&span.resource.attributes, key, test)
        || span
            .events
            .iter()
            .any(|event| has_attribute(&event.attributes, key, test))
        || span
            .links
            .iter()
            .any(|link| has_attribute(&link.attributes, key, test))
}

/// Whether one of the attributes has this key and a value that passes the test.
#[must_use]
pub fn has_attribute(attributes: &Attributes, key: &str, test: &Test) -> bool {
    let mut named = attributes.0.iter().filter(|attribute| attribute.key == key);
    named.any(|attribute| passes(&attribute.value, test))
}

fn passes(value: &Value, test: &Test) -> bool {
    match test {
        Test::Present => true,
        Test::Equals(text) => equals(value, text),
        Test::Differs(text) => !equals(value, text),
        Test::Compares(comparison, number) => any_part(value, &|part| {
            as_number(part).is_some_and(|found| comparison.holds(found, *number))
        }),
        Test::Contains(text) => {
            let word = lowercase(text).into_owned();
            any_part(value, &|part| lowercase(&part.to_string()).contains(&word))
        }
    }
}

/// Of an array or a map, one of the values in it is enough.
fn any_part(value: &Value, test: &impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| any_part(value, test)),
        Value::Map(entries) => entries.0.iter().any(|entry| any_part(&entry.value, test)),
        _ => test(value),
    }
}

/// An array equals its text, and each of its elements.
fn equals(value: &Value, text: &str) -> bool {
    match value {
        Value::Int(number) => text.parse() == Ok(*number) || is_number(text, *number as f64),
        Value::Double(number) => is_number(text, *number) || value.to_string() == text,
        Value::Bool(bool) => text.eq_ignore_ascii_case(if *bool { "true" } else { "false" }),
        Value::String(string) => string == text,
        Value::Array(values) if values.iter().any(|value| equals(value, text)) => true,
        _ => value.to_string() == text,
    }
}

fn is_number(text: &str, number: f64) -> bool {
    text.parse::<f64>().is_ok_and(|parsed| parsed == number)
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
