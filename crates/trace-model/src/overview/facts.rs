//! What overviews need of one trace.

use super::{Calls, Outcome, Vitals};
use crate::{Span, Trace};

/// Keys of the template of a page's or request's path, in the order of preference.
const ROUTE_KEYS: [&str; 2] = ["http.route", "url.template"];

/// Keys that name the user, in the order of preference: a readable name first.
const USER_KEYS: [&str; 4] = ["user.name", "enduser.id", "user.id", "enduser.pseudo.id"];

const SESSION_KEY: &str = "session.id";

/// What overviews need of one trace, besides what its summary has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceFacts {
    /// The route template of the root span. Empty if it has none.
    pub route: String,
    pub outcome: Outcome,
    /// `session.id` of the root span, or else of any span. Empty if no span has a session.
    pub session: String,
    /// The user's name or id. Empty if it is unknown.
    pub user: String,
    pub vitals: Vitals,
    pub calls: Calls,
}

impl TraceFacts {
    /// Reads the facts of a trace.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        let Some(main) = trace.main_node() else {
            return Self::default();
        };
        // The root first, because its values are those of the action.
        let others = trace.nodes().iter().map(|node| &node.span);
        let spans = || std::iter::once(&main.span).chain(others.clone());
        Self {
            route: first_text(std::iter::once(&main.span), &ROUTE_KEYS),
            outcome: Outcome::of(trace),
            session: first_text(spans(), &[SESSION_KEY]),
            user: first_text(spans(), &USER_KEYS),
            vitals: Vitals::of(trace),
            calls: Calls::of(trace),
        }
    }
}

/// Returns the first text with one of the keys, which are in the order of preference.
fn first_text<'a>(spans: impl Iterator<Item = &'a Span>, keys: &[&str]) -> String {
    let mut best: Option<(usize, &str)> = None;
    for span in spans {
        let attributes = span.attributes.0.iter().chain(&span.resource.attributes.0);
        for attribute in attributes {
            let Some(rank) = keys.iter().position(|key| *key == attribute.key) else {
                continue;
            };
            let text = attribute.value.as_str().filter(|text| !text.is_empty());
            if let Some(text) = text
                && best.is_none_or(|(other, _)| rank < other)
            {
                best = Some((rank, text));
            }
        }
        if best.is_some_and(|(rank, _)| rank == 0) {
            break;
        }
    }
    best.map(|(_, text)| text.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attribute;

    fn trace(spans: &[(&str, &[(&str, &str)])]) -> Trace {
        let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let spans = spans.iter().zip(1..).map(|((name, attributes), number)| {
            let mut span = Span::new(id, format!("{number:016x}").parse().unwrap(), *name);
            let root = format!("{:016x}", 1).parse().unwrap();
            span.parent_span_id = (number > 1).then_some(root);
            let attributes = attributes.iter();
            span.attributes = attributes
                .map(|(key, value)| Attribute::new(*key, *value))
                .collect();
            span
        });
        Trace::from_spans(id, spans.collect())
    }

    #[test]
    fn facts_prefer_the_root_and_readable_names() {
        let facts = TraceFacts::of(&trace(&[
            ("crud.like", &[("session.id", "s1"), ("url.template", "/")]),
            (
                "PUT",
                &[
                    ("session.id", "s2"),
                    ("http.route", "/api"),
                    ("user.id", "7"),
                ],
            ),
            ("like", &[("user.name", "worf")]),
        ]));
        assert_eq!(
            (&*facts.session, &*facts.route, &*facts.user),
            ("s1", "/", "worf")
        );
    }

    #[test]
    fn trace_without_spans_has_empty_facts() {
        assert_eq!(TraceFacts::of(&trace(&[])), TraceFacts::default());
    }

    #[test]
    fn outcome_tells_client_errors_from_server_errors() {
        let outcome = |status| {
            let status = [("http.response.status_code", status)];
            TraceFacts::of(&trace(&[("GET", &status)])).outcome
        };
        assert!(outcome("404").has(Outcome::CLIENT_ERROR));
        assert!(!outcome("404").has(Outcome::SERVER_ERROR));
        assert!(outcome("429").has(Outcome::THROTTLED));
        assert!(outcome("503").has(Outcome::SERVER_ERROR));
        assert_eq!(outcome("200"), Outcome::default());
    }
}
