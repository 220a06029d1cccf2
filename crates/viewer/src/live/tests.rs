//! What events and answers do to the list.

use super::*;
use crate::query;

fn summary(number: u8, service: &str) -> TraceSummary {
    let json = format!(
        r#"{{"trace_id":"000000000000000000000000000000{number:02x}","name":"n","service":"{service}","services":[],
        "start_unix_nano":"{number}","duration_nano":"0","span_count":1,"error_count":0,"has_root":true,"http_status":null,
        "breakdown":{{"browser":"0","network":"0","backend":"0","database":"0"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn after(actions: impl IntoIterator<Item = Action>) -> Live {
    let start = Rc::new(Live::default());
    let live = actions
        .into_iter()
        .fold(start, |live, action| live.reduce(action));
    (*live).clone()
}

fn starts(live: &Live) -> Vec<u64> {
    live.traces
        .iter()
        .map(|trace| trace.start_unix_nano)
        .collect()
}

#[test]
fn new_traces_come_first_and_grown_ones_stay_in_place() {
    let mut grown = summary(1, "page");
    grown.span_count = 9;
    let live = after([
        Action::Changed(vec![summary(1, "page"), summary(3, "page")]),
        Action::Changed(vec![summary(2, "page"), grown]),
    ]);
    assert_eq!(starts(&live), [3, 2, 1]);
    assert_eq!(live.traces[2].span_count, 9);
    assert!(live.change.concerns(summary(1, "page").trace_id));
    assert!(!live.change.concerns(summary(3, "page").trace_id));
}

#[test]
fn the_viewers_own_traces_stay_out() {
    let live = after([Action::Changed(vec![summary(1, OWN_SERVICE)])]);
    assert!(starts(&live).is_empty());
}

#[test]
fn under_a_filter_a_change_asks_the_gateway_again() {
    let filter = query::parse("status:error").filter;
    let live = after([
        Action::Filter(filter),
        Action::Changed(vec![summary(1, "page")]),
    ]);
    assert_eq!((starts(&live).len(), live.stale), (0, 1));
}

#[test]
fn a_late_answer_to_another_filter_is_ignored() {
    let filter = query::parse("like").filter;
    let late = Action::Loaded(Filter::default(), Ok(vec![summary(1, "page")]));
    let live = after([Action::Filter(filter), late]);
    assert_eq!((starts(&live).len(), live.loaded), (0, Loaded::NotYet));
}

#[test]
fn whenever_the_stream_opens_everything_is_asked_for_again() {
    let live = after([Action::Connected]);
    assert_eq!((live.connection, live.stale), (Connection::Open, 1));
    assert!(live.change.concerns(summary(1, "page").trace_id));
    let live = after([Action::Connected, Action::Gone, Action::Gone]);
    assert_eq!((live.connection, live.stale), (Connection::Gone(2), 1));
    let live = after([Action::Connected, Action::Gone, Action::Connected]);
    assert_eq!((live.connection, live.stale), (Connection::Open, 2));
}

#[test]
fn a_failed_answer_is_asked_for_again_while_the_gateway_is_there() {
    let failed = || Action::Loaded(Filter::default(), Err(Error::Status(500)));
    assert_eq!(after([failed()]).stale, 0);
    assert_eq!(after([Action::Connected, failed()]).stale, 2);
}
