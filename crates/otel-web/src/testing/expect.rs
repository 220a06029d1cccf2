//! Expectations of a trace, from its root down.
//!
//! Start with [`action`] for the root, and add children with [`span`], [`client`] or
//! [`Expected::calls`].
//!
//! # Examples
//!
//! ## A root with one request
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

use crate::testing::trace::kind_name;

/// Expects a span with this name.
///
/// Use it for spans of your own and for navigations. For the root of an action, use [`action`]; for a
/// request, [`client`] or [`Expected::calls`].
///
/// # Examples
///
/// ## A step of the work
///
/// ```
/// use otel_web::testing::expect;
///
/// let sort = expect::span("table.sort").attribute("table.rows", 120);
/// ```
pub fn span(name: impl Into<String>) -> Expected {
    Expected {
        name: Some(name.into()),
        ..Expected::default()
    }
}

/// Expects a user action with this name, which is the root of its trace.
///
/// It is [`span`] plus the check that the span has no parent. A page load that continues the trace of a
/// server, or an action inside another one, is a [`span`].
///
/// # Examples
///
/// ## A completed click
///
/// ```
/// use otel_web::testing::expect;
///
/// let like = expect::action("crud.like")
///     .attribute("app.action.trigger", "click")
///     .attribute("app.action.outcome", "completed");
/// ```
pub fn action(name: impl Into<String>) -> Expected {
    Expected {
        is_root: true,
        ..span(name)
    }
}

/// Expects a request with this method, such as `PUT`. The name of its span is not checked.
///
/// Use it to check attributes of a request. To check only its name, [`Expected::calls`] is shorter.
///
/// # Examples
///
/// ## A request that fails
///
/// ```
/// use otel_web::testing::expect;
///
/// let request = expect::client("PUT")
///     .attribute("url.template", "/api/cart/{item}")
///     .attribute("http.response.status_code", 409)
///     .fails();
/// ```
pub fn client(method: impl Into<String>) -> Expected {
    let expected = Expected {
        kind: Some(SpanKind::Client),
        ..Expected::default()
    };
    expected.attribute("http.request.method", method.into())
}

/// The expected properties of a span and of the spans below it.
///
/// Created by [`span`], [`action`] or [`client`]. Each method adds a condition. Properties without a
/// condition may have any value, except for the status: an error has to be [expected](Self::fails).
///
/// Children are matched regardless of their order. If a child matches several expectations, the
/// assignment that satisfies the most expectations is used. [`Display`](fmt::Display) prints the
/// expectation as a tree.
///
/// # Examples
///
/// ## Two levels
///
/// ```
/// use opentelemetry::trace::SpanKind;
/// use otel_web::testing::expect;
///
/// let open = expect::action("profile.open")
///     .child(
///         expect::span("navigate /users/{id}")
///             .attribute("browser.navigation.type", "push")
///             .calls("GET /api/users/{id}"),
///     )
///     .child(expect::span("load avatar").kind(SpanKind::Internal))
///     .only();
/// assert_eq!(
///     open.to_string(),
///     "  profile.open\n    \
///      navigate /users/{id} browser.navigation.type=push\n      \
///      GET /api/users/{id} (CLIENT)\n    \
///      load avatar (INTERNAL)\n    \
///      (nothing else)\n"
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "an expectation is checked by `Trace::assert`"]
pub struct Expected {
    pub(super) name: Option<String>,
    pub(super) is_root: bool,
    pub(super) kind: Option<SpanKind>,
    /// `None` for an attribute that must be absent.
    pub(super) attributes: Vec<(String, Option<Value>)>,
    pub(super) events: Vec<String>,
    pub(super) children: Vec<Expected>,
    pub(super) fails: bool,
    pub(super) only: bool,
}

impl Expected {
    /// Requires this kind.
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Requires an attribute with this value.
    ///
    /// The types have to match, too: a status code is a number, not a text.
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.push((key.into(), Some(value.into())));
        self
    }

    /// Requires the absence of an attribute, for instance of one with private data.
    pub fn without_attribute(mut self, key: impl Into<String>) -> Self {
        self.attributes.push((key.into(), None));
        self
    }

    /// Requires an event with this name, such as `exception`. The span may have further events.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.events.push(name.into());
        self
    }

    /// Requires the status ERROR.
    ///
    /// Without this, an error fails the test. The description is in [`Span::error`](super::Span::error).
    pub fn fails(mut self) -> Self {
        self.fails = true;
        self
    }

    /// Requires a direct child that matches `child`.
    ///
    /// Two calls require two different children, in any order.
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Requires a direct child that is a request with this name, such as `PUT /api/cart/{item}`.
    ///
    /// It is short for a [`child`](Self::child) with a name and the kind CLIENT.
    pub fn calls(self, name: impl Into<String>) -> Self {
        self.child(span(name).kind(SpanKind::Client))
    }

    /// Forbids all spans below this one that are not mentioned, on all levels.
    ///
    /// Use it to detect requests that are sent twice, or by mistake.
    pub fn only(mut self) -> Self {
        self.only = true;
        self
    }

    /// Formats the expectation of the span itself in one line.
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
