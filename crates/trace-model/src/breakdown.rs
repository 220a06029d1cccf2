//! Where a trace's time went: browser, network, back end or database.
//!
//! Every instant of the trace belongs to exactly one part, so the four add up to its
//! duration. An instant belongs to the furthest tier that is at work in it:
//!
//! 1. *database*, while any span with `db.*` attributes is open;
//! 2. else *back end*, while any other span from outside the browser is open;
//! 3. else *network*, while the browser waits for an answer (a CLIENT span is open);
//! 4. else *browser*.
//!
//! Requests in parallel are therefore not counted twice, and a page that renders while it
//! waits is waiting. Time that no span covers (the root has not arrived) is *network*: what
//! is known lies on either side of it. Spans outside the root's time do not count, and a
//! server's spans count where its clock shift puts them.

use crate::{Breakdown, Interval, Node, interval::covered, lane::Tier};

pub(crate) fn of(window: Interval, nodes: &[Node]) -> Breakdown {
    let reached = |tier: Tier| {
        let at_work = nodes
            .iter()
            .filter(|node| Tier::of(node.lane, node.span.kind) >= tier);
        covered(window, at_work.map(Node::interval))
    };
    let database = reached(Tier::Database);
    let backend = reached(Tier::Backend);
    let network = reached(Tier::Network);
    let browser = reached(Tier::Browser);
    let uncovered = window.duration() - browser;
    Breakdown {
        browser: browser - network,
        network: network - backend + uncovered,
        backend: backend - database,
        database,
    }
}
