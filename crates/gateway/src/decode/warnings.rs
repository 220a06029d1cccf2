//! Warnings about an accepted request, for its sender.

use std::collections::BTreeMap;

use super::Signal;

/// Why a record was changed before it was stored. The name is its key in the gateway's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repair {
    /// A text of the record, its resource or its scope was not UTF-8.
    InvalidUtf8,
    /// The trace id or the span id of a log record did not have its length, and was removed.
    InvalidId,
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
            Self::InvalidId => "invalid_id",
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
            Self::InvalidId => {
                "stored without its trace_id, which must be empty or 16 bytes, or its span_id, which must be empty or 8 bytes"
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

/// The number of repaired records of an accepted request, by reason, and notes about the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Warnings {
    repaired: BTreeMap<Repair, u64>,
    notes: Vec<String>,
}

impl Warnings {
    /// Counts a repaired record.
    pub(crate) fn repaired(&mut self, repair: Repair) {
        *self.repaired.entry(repair).or_default() += 1;
    }

    /// Adds a sentence of bounded length.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note.into());
        }
    }

    /// Returns the number of repaired records by reason.
    pub(crate) fn repairs(&self) -> impl Iterator<Item = (Repair, u64)> + '_ {
        self.repaired
            .iter()
            .map(|(repair, records)| (*repair, *records))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.repaired.is_empty() && self.notes.is_empty()
    }

    /// Returns a message for the developer of the sender: `2 spans: stored with …; no spans: …`.
    pub(crate) fn describe(&self, signal: Signal) -> String {
        let repaired = self
            .repairs()
            .map(|(repair, count)| format!("{}: {}", signal.count(count), repair.advice()));
        let all: Vec<String> = repaired.chain(self.notes.iter().cloned()).collect();
        all.join("; ")
    }
}
