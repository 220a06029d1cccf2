//! Division of a trace's time between browser, network, back end and database.

use serde::{Deserialize, Serialize};

use crate::{Interval, Lane, Node, interval::covered, nanos};

/// How a trace's time was spent, in nanoseconds. The four parts add up to its duration.
///
/// Each instant of a trace belongs to the innermost tier that works at that instant:
///
/// 1. *database*: a span with `db.*` attributes is open;
/// 2. *back end*: another span from outside the browser is open;
/// 3. *network*: a request of the page is in progress, from the start of the fetch to the end of
///    the response ([`NetworkTime`](crate::NetworkTime));
/// 4. *browser*: none of these.
///
/// A CLIENT span that stays open after its response has arrived counts as browser time, because
/// the page was busy. Parallel requests do not count twice. A page that renders while it waits for
/// a response counts as waiting. Time that no span covers is network time: the spans on either
/// side of it are known. The spans of a server count at their shifted times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    #[serde(with = "nanos")]
    pub browser: u64,
    #[serde(with = "nanos")]
    pub network: u64,
    #[serde(with = "nanos")]
    pub backend: u64,
    #[serde(with = "nanos")]
    pub database: u64,
    /// The part of `network` without timings, which may include waiting for something else.
    #[serde(default, skip_serializing_if = "is_zero", with = "nanos")]
    pub waiting: u64,
}

const fn is_zero(nanos: &u64) -> bool {
    *nanos == 0
}

impl Breakdown {
    /// Returns the sum of the four parts, in nanoseconds.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.browser + self.network + self.backend + self.database
    }

    pub(crate) fn of(window: Interval, nodes: &[Node]) -> Self {
        let server_spans = |database_only: bool| {
            let is_selected = move |node: &&Node| match node.lane {
                Lane::Database => true,
                Lane::Backend => !database_only,
                Lane::Browser => false,
            };
            nodes.iter().filter(is_selected).map(Node::interval)
        };
        let requests = || nodes.iter().filter_map(|node| node.network);
        let timed_requests = requests().filter(|network| network.is_timed);
        let database = covered(window, server_spans(true));
        let backend = covered(window, server_spans(false));
        let timed = covered(
            window,
            server_spans(false).chain(timed_requests.map(|network| network.interval)),
        );
        let on_network = || server_spans(false).chain(requests().map(|network| network.interval));
        let network = covered(window, on_network());
        let all = covered(window, on_network().chain(nodes.iter().map(Node::interval)));
        let uncovered = window.duration() - all;
        Self {
            browser: all - network,
            network: network - backend + uncovered,
            backend: backend - database,
            database,
            waiting: network - timed + uncovered,
        }
    }
}
