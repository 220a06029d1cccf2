//! The phases of a request: on the network, at the server, and in the page.

use std::ops::Range;

use crate::{Interval, Node, SpanKind, network::answered};

/// How the time of a CLIENT span was spent.
///
/// The ranges follow one another and are nanoseconds after the span's start.
/// [`Trace::request_phases`](crate::Trace::request_phases) computes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPhases {
    /// On the network, before the server's span starts.
    pub network_before: Range<u64>,
    /// At the server. Empty if its span is not in the trace.
    pub server: Range<u64>,
    /// On the network, after the server's span ends.
    pub network_after: Range<u64>,
    /// In the page, which was busy after the response had arrived.
    pub page_after: Range<u64>,
    /// Whether the network time comes from timings of the request.
    pub is_timed: bool,
}

impl RequestPhases {
    pub(crate) fn of(nodes: &[Node], index: usize) -> Option<Self> {
        let node = &nodes[index];
        if node.span.kind != SpanKind::Client {
            return None;
        }
        let answered = answered(nodes, index);
        let own = node.interval();
        let (network, is_timed) = match (node.network, answered) {
            (Some(network), _) => (network.interval.clip(own), network.is_timed),
            (None, Some(_)) => (own, false),
            (None, None) => return None,
        };
        // Without a server's span, all network time is before the server.
        let server = answered.map_or(Interval::new(network.end, network.end), |server| {
            server.clip(network)
        });
        let offset = |instant: u64| instant - own.start;
        let between = |from: u64, to: u64| offset(from)..offset(to);
        Some(Self {
            network_before: between(network.start, server.start),
            server: between(server.start, server.end),
            network_after: between(server.end, network.end),
            page_after: between(network.end, own.end),
            is_timed,
        })
    }

    /// Returns the nanoseconds on the network, without the server's time.
    #[must_use]
    pub const fn network_nano(&self) -> u64 {
        length(&self.network_before) + length(&self.network_after)
    }

    /// Returns the nanoseconds for which the page kept the span open after the response.
    #[must_use]
    pub const fn page_nano(&self) -> u64 {
        length(&self.page_after)
    }
}

const fn length(range: &Range<u64>) -> u64 {
    range.end - range.start
}
