//! Where a trace's time went: browser, network, back end or database.
//!
//! Every instant of the trace belongs to exactly one part, so the four add up to its
//! duration. An instant belongs to the furthest tier that is at work in it:
//!
//! 1. *database*, while any span with `db.*` attributes is open;
//! 2. else *back end*, while any other span from outside the browser is open;
//! 3. else *network*, while a request of the page is under way: from the start of the fetch to
//!    the end of the response ([`crate::network`]);
//! 4. else *browser*.
//!
//! A CLIENT span that stays open after its response has arrived is the browser's: its page was
//! busy. Requests in parallel are not counted twice, and a page that renders while it waits is
//! waiting. Time that no span covers is *network*: what is known lies on either side of it. A
//! server's spans count where its clock shift puts them.

use crate::{Breakdown, Interval, Lane, Node, interval::covered};

pub(crate) fn of(window: Interval, nodes: &[Node]) -> Breakdown {
    let work = |database_only: bool| {
        let at_work = move |node: &&Node| match node.lane {
            Lane::Database => true,
            Lane::Backend => !database_only,
            Lane::Browser => false,
        };
        nodes.iter().filter(at_work).map(Node::interval)
    };
    let requests = || nodes.iter().filter_map(|node| node.network);
    let timed = requests().filter(|network| network.is_timed);
    let database = covered(window, work(true));
    let backend = covered(window, work(false));
    let timed = covered(
        window,
        work(false).chain(timed.map(|network| network.interval)),
    );
    let on_network = || work(false).chain(requests().map(|network| network.interval));
    let network = covered(window, on_network());
    let all = covered(window, on_network().chain(nodes.iter().map(Node::interval)));
    let uncovered = window.duration() - all;
    Breakdown {
        browser: all - network,
        network: network - backend + uncovered,
        backend: backend - database,
        database,
        waiting: network - timed + uncovered,
    }
}
