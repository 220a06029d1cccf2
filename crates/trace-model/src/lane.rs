//! The part of the system in which a span was made.

use crate::Span;

/// The part of the system in which a span was made. The viewer has a lane for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    Browser,
    Backend,
    /// A back end's call to a database.
    Database,
}

impl Lane {
    /// Determines the lane of a span.
    ///
    /// A browser's resource has `telemetry.sdk.language` set to `webjs`, or a `browser.*`
    /// attribute. Any other span with a `db.*` attribute is a database call.
    #[must_use]
    pub fn of(span: &Span) -> Self {
        let resource = &span.resource.attributes;
        let is_webjs = resource.text("telemetry.sdk.language") == Some("webjs");
        if is_webjs || resource.any_key_starts_with("browser.") {
            Self::Browser
        } else if span.attributes.any_key_starts_with("db.") {
            Self::Database
        } else {
            Self::Backend
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Attribute, Resource};

    #[test]
    fn a_lane_follows_from_resource_and_attributes() {
        let check = |resource: (&str, &str), attribute: &str, lane: Lane| {
            let id = "00000000000000000000000000000001".parse().unwrap();
            let mut span = Span::new(id, "0000000000000001".parse().unwrap(), "x");
            let entry = Attribute::new(resource.0, resource.1);
            span.resource = Arc::new(Resource {
                attributes: [entry].into_iter().collect(),
            });
            span.attributes = [Attribute::new(attribute, "y")].into_iter().collect();
            assert_eq!(Lane::of(&span), lane, "{resource:?} {attribute}");
        };
        check(
            ("telemetry.sdk.language", "webjs"),
            "url.full",
            Lane::Browser,
        );
        check(("browser.platform", "Linux"), "db.query", Lane::Browser);
        check(
            ("telemetry.sdk.language", "rust"),
            "url.path",
            Lane::Backend,
        );
        check(("host.name", "a"), "db.system.name", Lane::Database);
    }
}
