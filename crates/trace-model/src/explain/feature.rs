//! One property of a trace.

use super::FindingKind;
use crate::query::{Condition, Predicate, Term};

/// A property that a trace has or has not, or that is a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Feature {
    pub(super) kind: FindingKind,
    pub(super) key: String,
    pub(super) value: String,
}

/// Attributes that the browser or the SDK measures. They are usually symptoms.
const SYMPTOMS: [&str; 5] = [
    "browser.long_animation_frame.",
    "browser.web_vital.",
    "browser.interaction.",
    "browser.resource_timing.",
    "browser.navigation_timing.",
];

impl Feature {
    pub(super) fn new(kind: FindingKind, key: &str, value: &str) -> Self {
        Self {
            kind,
            key: key.to_owned(),
            value: value.to_owned(),
        }
    }

    /// Returns the factor of the rank: less than 1 for what is more often a symptom than a cause.
    /// `is_context` is true for a property of the root or of a resource.
    pub(super) fn weight(&self, is_context: bool) -> f64 {
        match self.kind {
            FindingKind::Attribute
                if SYMPTOMS.iter().any(|prefix| self.key.starts_with(prefix)) =>
            {
                0.5
            }
            // The attributes of inner spans tell what happened, rather than to whom or where.
            FindingKind::Attribute if !is_context => 0.85,
            FindingKind::Attribute | FindingKind::Browser | FindingKind::RootName => 1.0,
            FindingKind::SpanPresent
            | FindingKind::SpanMissing
            | FindingKind::SpanFailed
            | FindingKind::ClockOff => 0.75,
            FindingKind::StartedAfter
            | FindingKind::StartedBefore
            | FindingKind::SpanCount
            | FindingKind::SelfTime
            | FindingKind::Number => 0.5,
        }
    }

    /// Returns the term that traces with this feature match.
    pub(super) fn term(&self) -> Option<String> {
        let attribute = |key: &str, predicate| Condition::Attribute {
            key: key.to_owned(),
            predicate,
        };
        let condition = match self.kind {
            FindingKind::Attribute if self.key == "service.name" => {
                Condition::Service(self.value.clone())
            }
            FindingKind::Attribute => attribute(&self.key, Predicate::Equals(self.value.clone())),
            FindingKind::Browser => {
                let text = self.value.replace(' ', "/");
                attribute("user_agent.original", Predicate::Contains(text))
            }
            FindingKind::RootName => Condition::Name(self.key.clone()),
            FindingKind::SpanPresent => Condition::Text(self.key.clone()),
            FindingKind::SpanMissing => {
                return Some(
                    Term {
                        negated: true,
                        condition: Condition::Text(self.key.clone()),
                    }
                    .to_string(),
                );
            }
            _ => return None,
        };
        Some(Term::from(condition).to_string())
    }

    /// Describes the feature in a few words.
    pub(super) fn describe(&self) -> String {
        let (key, value) = (&self.key, &self.value);
        match self.kind {
            FindingKind::Attribute => format!("{key}={value}"),
            FindingKind::Browser => value.clone(),
            FindingKind::RootName => format!("action {key}"),
            FindingKind::SpanPresent => format!("span {key}"),
            FindingKind::SpanMissing => format!("no span {key}"),
            FindingKind::SpanFailed => format!("failed span {key}"),
            FindingKind::ClockOff => format!("clock of {key}"),
            FindingKind::StartedAfter | FindingKind::StartedBefore => "start".to_owned(),
            FindingKind::SpanCount => format!("number of spans {key}"),
            FindingKind::SelfTime => format!("time in {key}"),
            FindingKind::Number => key.clone(),
        }
    }
}
