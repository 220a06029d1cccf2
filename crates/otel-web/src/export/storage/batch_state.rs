//! The life of a batch, as a state machine.
//!
//! ```text
//!            Sent             Confirmed, Rejected, Split
//!  Queued ──────────▶ InFlight ──────────▶ (closed)
//!    ▲ ▲    Retry      │
//!    │ └───────────────┤
//!    │ Returned        │ Left
//!    └─── Unconfirmed ◀┘
//! ```
//!
//! A batch of any state can expire, be evicted by newer ones, or be adopted by another page.

use crate::core::drops::DropReason;

/// The state of a batch that the page has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BatchState {
    /// The batch waits for its turn.
    Queued,
    /// A request with the batch has no response yet.
    InFlight,
    /// The page was left, and the request ended without a response.
    Unconfirmed,
}

/// What happens to a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BatchEvent {
    /// A request with the batch was started.
    Sent,
    /// The receiver has accepted the batch.
    Confirmed,
    /// The receiver will never accept the batch.
    Rejected,
    /// Smaller batches with the same spans replace the batch, which is too large.
    Split,
    /// The request failed, or the receiver wants it again.
    Retry,
    /// The request ended without a response, because the page is being left.
    Left,
    /// The page has come back.
    Returned,
    /// The batch is too old.
    Expired,
    /// The queue needs the space.
    Evicted,
    /// Another page has taken the batch, after this one was silent for too long.
    Adopted,
}

/// The effect of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Transition {
    To(BatchState),
    /// The page no longer has the batch. Spans that nobody will receive are counted as dropped.
    Closed(Option<DropReason>),
}

impl BatchState {
    /// Returns the effect of an event, or `None` for one that is impossible in this state.
    pub(crate) fn on(self, event: BatchEvent) -> Option<Transition> {
        use Transition::{Closed, To};
        Some(match (self, event) {
            (Self::Queued, BatchEvent::Sent) => To(Self::InFlight),
            (Self::InFlight, BatchEvent::Retry) | (Self::Unconfirmed, BatchEvent::Returned) => {
                To(Self::Queued)
            }
            (Self::InFlight, BatchEvent::Left) => To(Self::Unconfirmed),
            (Self::InFlight, BatchEvent::Confirmed | BatchEvent::Split)
            | (_, BatchEvent::Adopted) => Closed(None),
            (Self::InFlight, BatchEvent::Rejected) => Closed(Some(DropReason::Rejected)),
            (_, BatchEvent::Expired) => Closed(Some(DropReason::Expired)),
            (_, BatchEvent::Evicted) => Closed(Some(DropReason::QueueFull)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [BatchState; 3] = [
        BatchState::Queued,
        BatchState::InFlight,
        BatchState::Unconfirmed,
    ];

    /// Describes the effects of an event on a batch that is queued, in flight and unconfirmed.
    fn effects(event: BatchEvent) -> [&'static str; 3] {
        STATES.map(|state| match state.on(event) {
            None => "impossible",
            Some(Transition::To(BatchState::Queued)) => "queued",
            Some(Transition::To(BatchState::InFlight)) => "in flight",
            Some(Transition::To(BatchState::Unconfirmed)) => "unconfirmed",
            Some(Transition::Closed(None)) => "closed",
            Some(Transition::Closed(Some(DropReason::Rejected))) => "rejected",
            Some(Transition::Closed(Some(DropReason::Expired))) => "expired",
            Some(Transition::Closed(Some(DropReason::QueueFull))) => "evicted",
            Some(Transition::Closed(Some(_))) => "another reason",
        })
    }

    #[test]
    fn each_event_has_its_effect_in_each_state() {
        const NO: &str = "impossible";
        let table = [
            (BatchEvent::Sent, ["in flight", NO, NO]),
            (BatchEvent::Confirmed, [NO, "closed", NO]),
            (BatchEvent::Rejected, [NO, "rejected", NO]),
            (BatchEvent::Split, [NO, "closed", NO]),
            (BatchEvent::Retry, [NO, "queued", NO]),
            (BatchEvent::Left, [NO, "unconfirmed", NO]),
            (BatchEvent::Returned, [NO, NO, "queued"]),
            (BatchEvent::Expired, ["expired"; 3]),
            (BatchEvent::Evicted, ["evicted"; 3]),
            (BatchEvent::Adopted, ["closed"; 3]),
        ];
        for (event, expected) in table {
            assert_eq!(effects(event), expected, "{event:?}");
        }
    }
}
