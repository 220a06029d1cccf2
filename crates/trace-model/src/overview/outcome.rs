//! How a trace ended, as bits of one number.

use crate::{Span, Trace};

/// How a trace ended, and whether its user was frustrated. A store keeps it as one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome(pub u32);

impl Outcome {
    /// A span has the status ERROR.
    pub const ERROR: Self = Self(1);
    /// A response has a status from 400 to 499.
    pub const CLIENT_ERROR: Self = Self(1 << 1);
    /// A response has a status of 500 or more.
    pub const SERVER_ERROR: Self = Self(1 << 2);
    /// A response has the status 429.
    pub const THROTTLED: Self = Self(1 << 3);
    /// The user clicked several times in quick succession.
    pub const RAGE_CLICK: Self = Self(1 << 4);
    /// An error followed the click.
    pub const ERROR_CLICK: Self = Self(1 << 5);
    /// The click had no effect.
    pub const DEAD_CLICK: Self = Self(1 << 6);

    /// Returns whether any bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns whether the user was frustrated.
    #[must_use]
    pub const fn is_frustrated(self) -> bool {
        self.has(Self(
            Self::RAGE_CLICK.0 | Self::ERROR_CLICK.0 | Self::DEAD_CLICK.0,
        ))
    }

    pub(super) fn of(trace: &Trace) -> Self {
        let mut outcome = Self::default();
        for node in trace.nodes() {
            outcome.add(&node.span);
        }
        outcome
    }

    fn add(&mut self, span: &Span) {
        if span.is_error() {
            self.set(Self::ERROR);
        }
        match span.http_status() {
            Some(429) => {
                self.set(Self::THROTTLED);
                self.set(Self::CLIENT_ERROR);
            }
            Some(400..500) => self.set(Self::CLIENT_ERROR),
            Some(500..) => self.set(Self::SERVER_ERROR),
            _ => {}
        }
        if span.attributes.any_key_starts_with("app.action.") {
            let clicks = [
                ("app.action.rage_click", Self::RAGE_CLICK),
                ("app.action.error_click", Self::ERROR_CLICK),
                ("app.action.dead_click", Self::DEAD_CLICK),
            ];
            for (key, bit) in clicks {
                let value = span.attributes.get(key);
                if value.is_some_and(|value| value.to_string() == "true") {
                    self.set(bit);
                }
            }
        }
    }

    const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
