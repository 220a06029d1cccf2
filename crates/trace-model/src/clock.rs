//! Clock alignment: shifts a server's spans into the call that they answer.
//!
//! A server's span lies within the CLIENT span that caused it, even if the two clocks disagree. If
//! its times say otherwise, it is moved by the smallest sufficient shift, together with all spans
//! below it. A server that worked longer than its caller waited, because the caller timed out, is
//! moved only if it does not start during the call.

use crate::{Interval, Span, SpanKind};

/// Returns whether `child` handles a call that `parent` made, possibly on another machine.
pub(crate) fn is_remote_call(parent: &Span, child: &Span) -> bool {
    parent.kind == SpanKind::Client && child.kind == SpanKind::Server
}

/// Returns the nanoseconds to add to a server's times so that it lies within its `caller`.
pub(crate) fn shift_into(caller: Interval, server: Interval) -> i64 {
    if caller.contains(server) {
        return 0;
    }
    if server.duration() > caller.duration() {
        let started_within = (caller.start..=caller.end).contains(&server.start);
        return if started_within {
            0
        } else {
            difference(caller.start, server.start)
        };
    }
    if server.start < caller.start {
        difference(caller.start, server.start)
    } else {
        difference(caller.end, server.end)
    }
}

/// `to - from`, or zero for times more than 292 years apart.
fn difference(to: u64, from: u64) -> i64 {
    to.checked_signed_diff(from).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_moved_by_the_smallest_sufficient_shift() {
        let check = |server: (u64, u64), shift| {
            let server = Interval::new(server.0, server.1);
            assert_eq!(
                shift_into(Interval::new(100, 200), server),
                shift,
                "{server:?}"
            );
        };
        check((120, 180), 0);
        check((100, 200), 0);
        check((90, 150), 10);
        check((150, 203), -3);
        check((1_000, 1_050), -850);
        check((150, 500), 0);
        check((90, 500), 10);
        check((300, 300), -100);
    }
}
