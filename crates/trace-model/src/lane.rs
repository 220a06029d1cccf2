//! Which part of the system did the work.

use crate::Span;

/// Where a span was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    Browser,
    Backend,
    /// Made by a back end about its call to a database.
    Database,
}

impl Lane {
    /// A page says so in its resource: `telemetry.sdk.language` is `webjs`, or it describes
    /// its browser. Elsewhere `db.*` attributes make the difference.
    #[must_use]
    pub fn of(span: &Span) -> Self {
        let resource = &span.resource.attributes;
        let in_page = resource.text("telemetry.sdk.language") == Some("webjs");
        if in_page || resource.any_key_starts_with("browser.") {
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
