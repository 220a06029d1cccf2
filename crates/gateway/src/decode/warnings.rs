//! What a sender should know about a request although it was accepted.

use std::{collections::BTreeMap, fmt};

/// Why a span was changed so that it can be kept. Its name is the key in the gateway's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repair {
    /// A text of it, or of its resource or scope, was not UTF-8.
    InvalidUtf8,
    /// The name of it, of an event, its scope or the like was cut.
    NameTooLong,
    /// The key of an attribute was cut.
    KeyTooLong,
    /// A value was cut; a list or map was dropped.
    ValueTooLong,
    /// Attributes were dropped.
    TooManyAttributes,
    /// Events were dropped.
    TooManyEvents,
    /// Links were dropped.
    TooManyLinks,
    /// A field of an X-Ray document did not have the type that X-Ray gives it.
    XRayField,
}

impl Repair {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "invalid_utf8",
            Self::NameTooLong => "name_too_long",
            Self::KeyTooLong => "key_too_long",
            Self::ValueTooLong => "value_too_long",
            Self::TooManyAttributes => "too_many_attributes",
            Self::TooManyEvents => "too_many_events",
            Self::TooManyLinks => "too_many_links",
            Self::XRayField => "xray_field",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => {
                "kept, with U+FFFD for what was not UTF-8 in a text; a limit on lengths may cut characters in two"
            }
            Self::NameTooLong => "kept, with a name cut to 4 KiB",
            Self::KeyTooLong => "kept, with the key of an attribute cut to 4 KiB",
            Self::ValueTooLong => {
                "kept, with a value cut to 1 MiB, or without a list or map of more than 1 MiB or 10,000 values"
            }
            Self::TooManyAttributes => "kept, with the first 1,024 attributes",
            Self::TooManyEvents => "kept, with the first 10,000 events",
            Self::TooManyLinks => "kept, with the first 1,024 links",
            Self::XRayField => "kept, with a field that is not of the type that X-Ray gives it",
        }
    }
}

/// Notes of one request at most; each names a part of the body.
const MAX_NOTES: usize = 4;

/// Repaired spans of an accepted request, by reason, and what else was noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Warnings {
    repaired: BTreeMap<Repair, u64>,
    notes: Vec<String>,
}

impl Warnings {
    /// Counts a span.
    pub(crate) fn repaired(&mut self, repair: Repair) {
        *self.repaired.entry(repair).or_default() += 1;
    }

    /// Adds a sentence of bounded length.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note.into());
        }
    }

    /// Returns the number of repaired spans by reason.
    pub(crate) fn repairs(&self) -> impl Iterator<Item = (Repair, u64)> + '_ {
        self.repaired
            .iter()
            .map(|(repair, spans)| (*repair, *spans))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.repaired.is_empty() && self.notes.is_empty()
    }
}

/// For the developer whose exporter sent them: `2 spans: kept, with …; no spans: …`.
impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repaired = self.repairs().map(|(repair, count)| {
            let spans = if count == 1 { "span" } else { "spans" };
            format!("{count} {spans}: {}", repair.advice())
        });
        let all: Vec<String> = repaired.chain(self.notes.iter().cloned()).collect();
        f.write_str(&all.join("; "))
    }
}
