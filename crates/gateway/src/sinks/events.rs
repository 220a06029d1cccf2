//! What happens to a sink, each event its counters and its log line in one place.

use trace_model::SinkState;

use super::{Delivery, counters::Counts};

/// An event changes counters, and perhaps says a line.
pub(super) trait Event {
    fn record(self, counts: &mut Counts);
}

/// A batch was taken.
pub(super) struct Delivered {
    pub(super) spans: u64,
    pub(super) delivery: Delivery,
}

/// A batch was not taken and will be sent again.
pub(super) struct Retrying<'a> {
    pub(super) spans: u64,
    pub(super) error: &'a str,
}

/// A batch was refused for ever.
pub(super) struct Refused<'a> {
    pub(super) spans: u64,
    pub(super) reason: &'a str,
    pub(super) error: &'a str,
}

/// Retention took spans away while they waited.
pub(super) struct Expired {
    pub(super) spans: u64,
}

/// Spans in the store cannot be read any more.
pub(super) struct Damaged {
    pub(super) spans: u64,
}

/// The receiver knows the key: whom it belongs to.
pub(super) struct KeyKnown {
    pub(super) account: String,
}

/// The receiver does not know the key.
pub(super) struct KeyRefused<'a> {
    pub(super) error: &'a str,
}

impl Event for Delivered {
    fn record(self, counts: &mut Counts) {
        let Delivery { skipped, dropped } = self.delivery;
        let lost: u64 = dropped.iter().map(|(spans, ..)| spans).sum();
        let sent = self.spans.saturating_sub(skipped).saturating_sub(lost);
        counts.status.skipped += skipped;
        counts.status.sent += sent;
        for (spans, reason, error) in &dropped {
            counts.drop_spans(reason, *spans);
            counts.fail(error);
        }
        // A batch of which nothing was meant for the receiver says nothing about it.
        match dropped.last() {
            _ if sent > 0 => counts.turn(SinkState::On, "delivering again"),
            Some((.., error)) => counts.turn(SinkState::Failing, error),
            None => {}
        }
    }
}

impl Event for Retrying<'_> {
    fn record(self, counts: &mut Counts) {
        counts.status.retried += self.spans;
        counts.fail(self.error);
        counts.turn(SinkState::Failing, self.error);
    }
}

impl Event for Refused<'_> {
    fn record(self, counts: &mut Counts) {
        counts.drop_spans(self.reason, self.spans);
        counts.fail(self.error);
        counts.turn(SinkState::Failing, self.error);
    }
}

impl Event for Expired {
    /// No fault of the receiver, whose last answer stands.
    fn record(self, counts: &mut Counts) {
        counts.drop_spans("expired", self.spans);
        counts.say(&format!("{} spans expired while they waited", self.spans));
    }
}

impl Event for Damaged {
    fn record(self, counts: &mut Counts) {
        let text = format!("{} spans are damaged in the store and left out", self.spans);
        counts.drop_spans("damaged", self.spans);
        counts.fail(&text);
        counts.say(&text);
    }
}

impl Event for KeyKnown {
    fn record(self, counts: &mut Counts) {
        counts.say(&format!("the key belongs to {}", self.account));
        counts.status.account = Some(self.account);
    }
}

impl Event for KeyRefused<'_> {
    fn record(self, counts: &mut Counts) {
        counts.fail(self.error);
        counts.turn(SinkState::Failing, self.error);
    }
}
