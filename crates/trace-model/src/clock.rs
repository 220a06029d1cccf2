//! Two machines never agree on the time: fits a server's spans into the call they answer.
//!
//! A server span lies within the CLIENT span that caused it, whatever the clocks say. Where
//! it does not, it is moved by the smallest shift that puts it there, and everything below
//! it moves along. A server that worked longer than its caller waited (the caller gave up)
//! is only moved when it does not even start during the call.

use crate::{Interval, Span, SpanKind};

/// Whether `child` answers a call that `parent` made, maybe by another clock.
pub(crate) fn is_remote_call(parent: &Span, child: &Span) -> bool {
    parent.kind == SpanKind::Client && child.kind == SpanKind::Server
}

/// Nanoseconds to add to a server's times so that it lies within its `caller`.
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

/// `to - from`; times beyond 292 years apart stay where they are.
fn difference(to: u64, from: u64) -> i64 {
    to.checked_signed_diff(from).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_moves_no_further_than_it_must() {
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
