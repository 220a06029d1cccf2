//! Warnings about an accepted request, for its sender.

use std::{collections::BTreeMap, fmt};

/// Why a span was changed before it was stored. The name is its key in the gateway's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repair {
    /// A text of the span, its resource or its scope was not UTF-8.
    InvalidUtf8,
    /// The name of the span, an event or its scope was truncated, or a similar text.
    NameTooLong,
    /// The key of an attribute was truncated.
    KeyTooLong,
    /// A value was truncated, or a list or map was dropped.
    ValueTooLong,
    /// Attributes were dropped.
    TooManyAttributes,
    /// Events were dropped.
    TooManyEvents,
    /// Links were dropped.
    TooManyLinks,
    /// A field of an X-Ray document did not have the documented type.
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
                "stored with U+FFFD for invalid UTF-8; was a text truncated in the middle of a character?"
            }
            Self::NameTooLong => "stored with a name truncated to 4 KiB",
            Self::KeyTooLong => "stored with an attribute's key truncated to 4 KiB",
            Self::ValueTooLong => {
                "stored with a value truncated to 1 MiB, or without a list or map of more than 1 MiB or 10,000 values"
            }
            Self::TooManyAttributes => "stored with the first 1,024 attributes",
            Self::TooManyEvents => "stored with the first 10,000 events",
            Self::TooManyLinks => "stored with the first 1,024 links",
            Self::XRayField => "stored with a field of another type than X-Ray documents",
        }
    }
}

/// Notes about one request. Each quotes a part of the body.
const MAX_NOTES: usize = 4;

/// The number of repaired spans of an accepted request, by reason, and notes about the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Warnings {
    repaired: BTreeMap<Repair, u64>,
    notes: Vec<String>,
}

impl Warnings {
    /// Counts a repaired span.
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

/// Writes a message for the developer of the sender: `2 spans: stored with …; no spans: …`.
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
