//! Matching log records against a query.

use super::{
    Condition, Predicate, Query, contains_text, for_each_log_text, has_attribute, lowercase,
    matcher::matches_value,
};
use crate::{Log, LogSeverity, TraceId, Value};

/// The key of a log record's severity: a number in comparisons (`severity>=error`), and else a name.
pub(super) const SEVERITY: &str = "severity";

/// Matches log records against a query: a record must meet all terms by itself.
///
/// `name:` is about the event's name. Conditions that only spans and traces can meet are problems: see
/// [`LogMatcher::new`].
///
/// # Examples
///
/// ```
/// use trace_model::{Log, query::{LogMatcher, parse}};
///
/// let query = parse("severity>=warn \"stock is low\"").query;
/// let log = Log {
///     severity_number: 17,
///     body: "stock is low: 3 left".into(),
///     ..Log::default()
/// };
/// assert!(LogMatcher::new(&query)?.matches(&log));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct LogMatcher<'a> {
    query: &'a Query,
    /// The text that each term searches for, if any, in lower case.
    search_texts: Vec<Option<String>>,
}

impl<'a> LogMatcher<'a> {
    /// Prepares a query for many records.
    ///
    /// # Errors
    /// Returns a message for the author of the query if a term does not apply to log records.
    pub fn new(query: &'a Query) -> Result<Self, String> {
        for term in &query.terms {
            if let Some(name) = term.condition.span_term() {
                return Err(format!(
                    "{name} does not apply to log records: use severity>=error, service:, name:, trace:, since:, key=value or a text"
                ));
            }
        }
        let terms = query.terms.iter();
        Ok(Self {
            query,
            search_texts: terms.map(|term| term.condition.search_text()).collect(),
        })
    }

    /// Returns whether the record meets all terms, except for `since:`, which is about the present
    /// time and met by every record.
    #[must_use]
    pub fn matches(&self, log: &Log) -> bool {
        let mut terms = self.query.terms.iter().zip(&self.search_texts);
        terms.all(|(term, text)| {
            let is_met = match &term.condition {
                Condition::Since(_) => return true,
                condition => meets(condition, text.as_deref(), log),
            };
            is_met != term.negated
        })
    }
}

impl Condition {
    /// Returns whether only spans and traces can meet the condition.
    #[must_use]
    pub const fn is_about_spans(&self) -> bool {
        self.span_term().is_some()
    }

    /// Returns the name of a term that only spans and traces can meet.
    const fn span_term(&self) -> Option<&'static str> {
        match self {
            Self::Status(_) => Some("status"),
            Self::Kind(_) => Some("kind"),
            Self::Duration(..) => Some("duration"),
            _ => None,
        }
    }

    /// Returns whether the condition is about the severity of log records.
    #[must_use]
    pub fn is_about_severity(&self) -> bool {
        matches!(self, Self::Attribute { key, .. } | Self::KeyValue { key, .. } if key == SEVERITY)
    }
}

impl Query {
    /// Returns the trace that all matching log records belong to, if the query names one.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        self.conditions().find_map(|condition| match condition {
            Condition::Trace(id) => Some(*id),
            _ => None,
        })
    }

    /// Returns the lowest severity number of log records that may match.
    #[must_use]
    pub fn min_severity(&self) -> u8 {
        let minimums = self.conditions().filter_map(|condition| match condition {
            Condition::Attribute {
                key,
                predicate: Predicate::Compares(comparison, number),
            } if key == SEVERITY => (0..=u8::MAX).find(|found| {
                let found = f64::from(*found);
                comparison.evaluate(found, *number)
            }),
            _ => None,
        });
        minimums.max().unwrap_or_default()
    }

    /// Returns the shortest `since:` of the query, in nanoseconds.
    #[must_use]
    pub fn since_nano(&self) -> Option<u64> {
        let durations = self.conditions().filter_map(|condition| match condition {
            Condition::Since(nanos) => Some(*nanos),
            _ => None,
        });
        durations.min()
    }
}

fn meets(condition: &Condition, search_text: Option<&str>, log: &Log) -> bool {
    if search_text.is_some_and(|text| contains(log, text)) {
        return true;
    }
    match condition {
        Condition::Service(name) => log.service() == name,
        Condition::Name(text) => lowercase(&log.event_name).contains(&*lowercase(text)),
        Condition::Trace(id) => log.trace_id == Some(*id),
        Condition::KeyValue { key, value } => has(log, key, &Predicate::Equals(value.clone())),
        Condition::Attribute { key, predicate } => has(log, key, predicate),
        _ => false,
    }
}

/// Whether an attribute of the record or of its resource, a member of its body, or its severity
/// meets the predicate.
fn has(log: &Log, key: &str, predicate: &Predicate) -> bool {
    if key == SEVERITY && meets_severity(log, predicate) {
        return true;
    }
    let body = match &log.body {
        Value::Map(members) => Some(members),
        _ => None,
    };
    let all = [&log.attributes, &log.resource.attributes].into_iter();
    let mut all = all.chain(body);
    all.any(|attributes| has_attribute(attributes, key, predicate))
}

fn meets_severity(log: &Log, predicate: &Predicate) -> bool {
    let number = log.effective_severity();
    match predicate {
        Predicate::Exists => number > 0 || !log.severity_text.is_empty(),
        Predicate::Compares(..) => {
            number > 0 && matches_value(predicate, &Value::Int(number.into()))
        }
        Predicate::Equals(text) => is_severity(log, text),
        Predicate::NotEquals(text) => !is_severity(log, text),
        Predicate::Contains(_) => {
            matches_value(predicate, &Value::from(log.severity_text.as_str()))
                || matches_value(predicate, &Value::from(log.severity().as_str()))
        }
    }
}

/// `error` is the whole range of numbers from 17 to 20.
fn is_severity(log: &Log, text: &str) -> bool {
    let is_range = LogSeverity::of_name(text) == Some(log.severity());
    is_range
        || log.severity_text.eq_ignore_ascii_case(text)
        || text.parse() == Ok(log.effective_severity())
}

fn contains(log: &Log, needle: &str) -> bool {
    let mut found = false;
    for_each_log_text(log, &mut |text| {
        found = found || lowercase(&text.text).contains(needle);
    });
    found || contains_text(&log.resource, &log.scope, needle) || has_id(log, needle)
}

fn has_id(log: &Log, needle: &str) -> bool {
    let trace_id = log.trace_id.map(|id| id.to_string());
    let span_id = log.span_id.map(|id| id.to_string());
    [trace_id, span_id]
        .iter()
        .flatten()
        .any(|id| id.contains(needle))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Attribute, Resource, query::parse};

    fn log() -> Log {
        Log {
            trace_id: "6a2b7c1e98038103d269b633813fc60c".parse().ok(),
            span_id: "00f067aa0ba902b7".parse().ok(),
            severity_number: 17,
            severity_text: "ERROR".to_owned(),
            event_name: "payment.failed".to_owned(),
            body: Value::Map([Attribute::new("order", 17)].into_iter().collect()),
            attributes: [Attribute::new("code.line", 12)].into_iter().collect(),
            resource: Arc::new(Resource {
                attributes: [Attribute::new("service.name", "shop")]
                    .into_iter()
                    .collect(),
            }),
            ..Log::default()
        }
    }

    #[test]
    fn record_must_meet_all_terms() {
        let log = log();
        let check = |query: &str, expected| {
            let parsed = parse(query);
            assert!(parsed.problems.is_empty(), "{query}: {:?}", parsed.problems);
            let matches = LogMatcher::new(&parsed.query).unwrap().matches(&log);
            assert_eq!(matches, expected, "{query}");
        };
        for query in [
            "",
            "FAILED",
            "severity>=error",
            "severity>=warn severity<fatal",
            "severity:error",
            "severity=error",
            "severity=17",
            "-severity:info",
            "severity~err",
            "service:shop order=17",
            "name:payment",
            "code.line>11",
            "has:code.line",
            "trace:6a2b7c1e98038103d269b633813fc60c",
            "00f067aa0ba902b7",
            "since:15m",
        ] {
            check(query, true);
        }
        for query in [
            "succeeded",
            "severity>error",
            "severity:fatal",
            "-severity>=error",
            "service:cart",
            "order=18",
            "trace:00000000000000000000000000000001",
        ] {
            check(query, false);
        }
    }

    #[test]
    fn record_without_severity_meets_no_comparison() {
        let query = parse("severity<info").query;
        let matcher = LogMatcher::new(&query).unwrap();
        assert!(!matcher.matches(&Log::default()));
    }

    #[test]
    fn conditions_on_spans_are_problems() {
        for (query, name) in [
            ("status:error", "status"),
            ("-kind:server", "kind"),
            ("duration>20ms", "duration"),
        ] {
            let error = LogMatcher::new(&parse(query).query).unwrap_err();
            assert!(
                error.starts_with(name) && error.contains("severity>=error"),
                "{error}"
            );
        }
    }

    #[test]
    fn bounds_of_a_query_are_those_of_its_terms() {
        let query = parse("severity>warn -severity>=fatal since:15m since:1m").query;
        assert_eq!(query.min_severity(), 17);
        assert_eq!(query.since_nano(), Some(60_000_000_000));
        assert_eq!(query.trace_id(), None);
        assert_eq!(parse("severity<info").query.min_severity(), 0);
    }
}
