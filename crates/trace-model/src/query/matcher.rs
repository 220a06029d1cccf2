//! Matching a trace's spans against a query.

use super::{Condition, Predicate, Query, for_each_shared_text, for_each_text, lowercase};
use crate::{Attributes, Link, Resource, Scope, Span, Value};

/// Matches the spans of one trace against a query, one span after the other.
///
/// Conditions on the trace as a whole (name, duration, status, id, start) cannot be evaluated from
/// single spans: report them with [`Matcher::set_met`].
#[derive(Debug)]
pub struct Matcher<'a> {
    query: &'a Query,
    /// The text that each term searches for, if any, in lower case.
    search_texts: Vec<Option<String>>,
    /// Whether the condition of each term is met, without regard to negation.
    is_met: Vec<bool>,
}

impl<'a> Matcher<'a> {
    /// Starts with no condition met.
    #[must_use]
    pub fn new(query: &'a Query) -> Self {
        let terms = query.terms.iter();
        Self {
            query,
            search_texts: terms.map(|term| term.condition.search_text()).collect(),
            is_met: vec![false; query.terms.len()],
        }
    }

    /// Returns whether the condition of the term at `index` is known to be met.
    #[must_use]
    pub fn is_met(&self, index: usize) -> bool {
        self.is_met[index]
    }

    /// Marks the condition of the term at `index` as met.
    pub fn set_met(&mut self, index: usize) {
        self.is_met[index] = true;
    }

    /// Checks one more span against the conditions that are not met yet.
    pub fn check(&mut self, span: &Span) {
        for index in 0..self.is_met.len() {
            if !self.is_met[index] {
                self.is_met[index] = self.meets(index, span);
            }
        }
    }

    /// Returns false if no further span can make the trace match.
    #[must_use]
    pub fn can_match(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.is_met);
        terms.all(|(term, is_met)| !(term.negated && *is_met))
    }

    /// Returns true if no further span can change the result.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.is_met);
        !self.can_match() || terms.all(|(term, is_met)| !term.negated && *is_met)
    }

    /// Returns the result. It is final once all spans are checked, or [`Matcher::is_decided`].
    #[must_use]
    pub fn matches(&self) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.is_met);
        terms.all(|(term, is_met)| term.negated != *is_met)
    }

    /// Returns whether a span meets the condition of the term at `index`.
    pub(super) fn meets(&self, index: usize, span: &Span) -> bool {
        let text = self.search_texts[index].as_deref();
        if text.is_some_and(|text| contains(span, text)) {
            return true;
        }
        match &self.query.terms[index].condition {
            Condition::KeyValue { key, value } => {
                has_attribute_anywhere(span, key, &Predicate::Equals(value.clone()))
            }
            Condition::Service(name) => span.service() == name,
            Condition::Kind(kind) => span.kind == *kind,
            Condition::Attribute { key, predicate } => has_attribute_anywhere(span, key, predicate),
            _ => false,
        }
    }
}

fn contains(span: &Span, needle: &str) -> bool {
    let mut found = false;
    for_each_text(span, &mut |text| {
        found = found || lowercase(&text.text).contains(needle);
    });
    found || contains_text(&span.resource, &span.scope, needle) || has_id(span, needle)
}

/// Returns whether a text of the resource or scope contains `needle`, which is in lower case.
#[must_use]
pub fn contains_text(resource: &Resource, scope: &Scope, needle: &str) -> bool {
    let mut found = false;
    for_each_shared_text(resource, scope, &mut |text| {
        found = found || lowercase(&text.text).contains(needle);
    });
    found
}

/// A part of the trace id is enough, because tables often show ids shortened.
fn has_id(span: &Span, text: &str) -> bool {
    if span.trace_id.to_string().contains(text) {
        return true;
    }
    let linked =
        |link: &Link| link.trace_id.to_string() == text || link.span_id.to_string() == text;
    is_id(text) && (span.span_id.to_string() == text || span.links.iter().any(linked))
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 16 | 32) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn has_attribute_anywhere(span: &Span, key: &str, predicate: &Predicate) -> bool {
    let events = span.events.iter().map(|event| &event.attributes);
    let links = span.links.iter().map(|link| &link.attributes);
    let mut all = [&span.attributes, &span.resource.attributes]
        .into_iter()
        .chain(events)
        .chain(links);
    all.any(|attributes| has_attribute(attributes, key, predicate))
}

/// Returns whether an attribute has this key and a value that meets the predicate.
#[must_use]
pub fn has_attribute(attributes: &Attributes, key: &str, predicate: &Predicate) -> bool {
    let mut named = attributes.0.iter().filter(|attribute| attribute.key == key);
    named.any(|attribute| matches_value(predicate, &attribute.value))
}

pub(super) fn matches_value(predicate: &Predicate, value: &Value) -> bool {
    match predicate {
        Predicate::Exists => true,
        Predicate::Equals(text) => equals(value, text),
        Predicate::NotEquals(text) => !equals(value, text),
        Predicate::Compares(comparison, number) => any_part(value, &|part| {
            as_number(part).is_some_and(|found| comparison.evaluate(found, *number))
        }),
        Predicate::Contains(text) => {
            let needle = lowercase(text).into_owned();
            any_part(value, &|part| {
                lowercase(&part.to_string()).contains(&needle)
            })
        }
    }
}

/// Tests a scalar, or any scalar inside an array or map.
fn any_part(value: &Value, test: &impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(values) => values.iter().any(|value| any_part(value, test)),
        Value::Map(entries) => entries.0.iter().any(|entry| any_part(&entry.value, test)),
        _ => test(value),
    }
}

/// An array equals its JSON text, and each of its elements.
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
