//! What overviews need of one trace.

use std::sync::Arc;

use super::{Calls, Outcome, Vitals};
use crate::{Attributes, Trace};

/// Keys of the template of a page's or request's path, in the order of preference.
const ROUTE_KEYS: [&str; 2] = ["http.route", "url.template"];

/// Keys that name the user, in the order of preference: a readable name first.
const USER_KEYS: [&str; 4] = ["user.name", "enduser.id", "user.id", "enduser.pseudo.id"];

const SESSION_KEYS: [&str; 1] = ["session.id"];

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
        let (mut route, mut session, mut user) = (
            Preferred::new(&ROUTE_KEYS),
            Preferred::new(&SESSION_KEYS),
            Preferred::new(&USER_KEYS),
        );
        route.look_into(&main.span.attributes);
        route.look_into(&main.span.resource.attributes);
        // The root first, because its values are those of the action.
        let others = trace.nodes().iter().map(|node| &node.span);
        let mut resource = None;
        for span in std::iter::once(&main.span).chain(others) {
            session.look_into(&span.attributes);
            user.look_into(&span.attributes);
            // Most spans share the resource of the span before.
            if !resource.is_some_and(|last| Arc::ptr_eq(last, &span.resource)) {
                session.look_into(&span.resource.attributes);
                user.look_into(&span.resource.attributes);
                resource = Some(&span.resource);
            }
            if session.is_found() && user.is_found() {
                break;
            }
        }
        Self {
            route: route.into_text(),
            outcome: Outcome::of(trace),
            session: session.into_text(),
            user: user.into_text(),
            vitals: Vitals::of(trace),
            calls: Calls::of(trace),
        }
    }
}

/// The first text with one of some keys, of which the first is preferred.
struct Preferred<'a> {
    keys: &'static [&'static str],
    /// The position of the key, and the text.
    found: Option<(usize, &'a str)>,
}

impl<'a> Preferred<'a> {
    const fn new(keys: &'static [&'static str]) -> Self {
        Self { keys, found: None }
    }

    fn look_into(&mut self, attributes: &'a Attributes) {
        for attribute in &attributes.0 {
            let better = self.found.map_or(self.keys.len(), |(rank, _)| rank);
            let keys = &self.keys[..better];
            let Some(rank) = keys.iter().position(|key| *key == attribute.key) else {
                continue;
            };
            let text = attribute.value.as_str().filter(|text| !text.is_empty());
            self.found = text.map(|text| (rank, text)).or(self.found);
        }
    }

    /// Whether no other text would be preferred.
    const fn is_found(&self) -> bool {
        matches!(self.found, Some((0, _)))
    }

    fn into_text(self) -> String {
        self.found
            .map(|(_, text)| text.to_owned())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attribute, Span};

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
