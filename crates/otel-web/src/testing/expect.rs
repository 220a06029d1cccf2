//! What a test expects of a trace, from its root down.
//!
//! ```
//! use otel_web::testing::expect;
//!
//! let like = expect::action("crud.like")
//!     .child(expect::client("PUT").attribute("url.template", "/api/cruds/{id}/like"))
//!     .only();
//! ```

use std::fmt;

use opentelemetry::Value;
use opentelemetry::trace::SpanKind;

use super::Trace;
use super::compare::check;
use super::trace::kind_name;

/// A span of this name.
pub fn span(name: impl Into<String>) -> Expected {
    Expected {
        name: Some(name.into()),
        ..Expected::default()
    }
}

/// A user's action of this name: the root of its trace.
pub fn action(name: impl Into<String>) -> Expected {
    Expected {
        is_root: true,
        ..span(name)
    }
}

/// A request with this method, e.g. `PUT`. Its span's name is not looked at.
pub fn client(method: impl Into<String>) -> Expected {
    let expected = Expected {
        kind: Some(SpanKind::Client),
        ..Expected::default()
    };
    expected.attribute("http.request.method", method.into())
}

/// What a span and the spans below it are expected to be. Each method demands one thing more; what
/// is not mentioned may be as it is, but for errors: a span fails only where that is
/// [expected](Expected::fails).
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "an expectation is checked by `Trace::assert`"]
pub struct Expected {
    pub(super) name: Option<String>,
    pub(super) is_root: bool,
    pub(super) kind: Option<SpanKind>,
    /// `None` for one that must not be there.
    pub(super) attributes: Vec<(String, Option<Value>)>,
    pub(super) events: Vec<String>,
    pub(super) children: Vec<Expected>,
    pub(super) fails: bool,
    pub(super) only: bool,
}

impl Expected {
    /// The span is of this kind.
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The span has this attribute.
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.push((key.into(), Some(value.into())));
        self
    }

    /// The span does not have such an attribute, for instance because it would tell too much.
    pub fn without_attribute(mut self, key: impl Into<String>) -> Self {
        self.attributes.push((key.into(), None));
        self
    }

    /// The span has an event of this name.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.events.push(name.into());
        self
    }

    /// The span's status is ERROR.
    pub fn fails(mut self) -> Self {
        self.fails = true;
        self
    }

    /// Directly below the span is one like this. Two expectations need two spans; their order is free.
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Directly below the span is a request of this name: `PUT /api/cart/{item}`.
    pub fn calls(self, name: impl Into<String>) -> Self {
        self.child(span(name).kind(SpanKind::Client))
    }

    /// Below the span is nothing but what is mentioned, on any level.
    pub fn only(mut self) -> Self {
        self.only = true;
        self
    }

    /// Holds a trace against the expectation.
    ///
    /// # Errors
    /// With a report for people: what is wrong, what was expected, what there is.
    pub fn check(&self, trace: &Trace) -> Result<(), String> {
        let complaints = check(self, trace);
        if complaints.is_empty() {
            return Ok(());
        }
        let complaints = complaints.join("\n  ");
        Err(format!(
            "not the expected trace:\n  {complaints}\nexpected:\n{self}got:\n{trace}"
        ))
    }

    /// The span in one line.
    pub(super) fn line(&self) -> String {
        let mut parts: Vec<String> = self.name.iter().cloned().collect();
        parts.extend(
            self.kind
                .iter()
                .map(|kind| format!("({})", kind_name(kind))),
        );
        for (key, value) in &self.attributes {
            parts.push(match value {
                Some(value) => format!("{key}={value}"),
                None => format!("without {key}"),
            });
        }
        parts.extend(self.events.iter().map(|event| format!("event {event}")));
        parts.extend(self.fails.then(|| "ERROR".to_owned()));
        parts.join(" ")
    }

    fn draw(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        writeln!(f, "{:indent$}{}", "", self.line(), indent = 2 * depth)?;
        for child in &self.children {
            child.draw(f, depth + 1)?;
        }
        if self.only {
            writeln!(f, "{:indent$}(nothing else)", "", indent = 2 * depth + 2)?;
        }
        Ok(())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.draw(f, 1)
    }
}
