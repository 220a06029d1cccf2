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

fn page(numbers: impl IntoIterator<Item = u8>, next: Option<&str>) -> Page {
    let traces = numbers.into_iter().map(|number| summary(number, "page"));
    Page {
        traces: traces.collect(),
        next: next.map(str::to_owned),
        cut_short: false,
    }
}

fn loaded(page: Page) -> Action {
    Action::Loaded(Query::default(), Ok(page))
}

fn changed(numbers: impl IntoIterator<Item = u8>) -> Action {
    Action::Changed(
        numbers
            .into_iter()
            .map(|number| summary(number, "page"))
            .collect(),
    )
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
    let live = after([Action::Changed(vec![summary(1, VIEWER_SERVICE)])]);
    assert!(starts(&live).is_empty());
}

#[test]
fn under_a_filter_a_change_asks_the_gateway_again() {
    let query = query::parse("status:error").query;
    let live = after([
        Action::Query(query),
        Action::Changed(vec![summary(1, "page")]),
    ]);
    assert_eq!((starts(&live).len(), live.stale), (0, 1));
}

#[test]
fn a_late_answer_to_another_filter_is_ignored() {
    let query = query::parse("like").query;
    let late = Action::Loaded(Query::default(), Ok(page([1], None)));
    let live = after([Action::Query(query), late]);
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
    let failed = || Action::Loaded(Query::default(), Err(Error::Status(500)));
    assert_eq!(after([failed()]).stale, 0);
    assert_eq!(after([Action::Connected, failed()]).stale, 2);
}

#[test]
fn a_trace_that_a_batch_holds_several_times_is_listed_once_as_it_was_last() {
    let grown = |spans| {
        let mut grown = summary(1, "page");
        grown.span_count = spans;
        grown
    };
    for held in [false, true] {
        let batch = Action::Changed(vec![grown(1), summary(2, "page"), grown(2), grown(3)]);
        let live = after([changed([9]), Action::Hold(held), batch, Action::ShowNew]);
        assert_eq!(starts(&live), [9, 2, 1], "{held}");
        assert_eq!(live.traces[2].span_count, 3, "{held}");
    }
    let twice = Page {
        traces: vec![grown(1), grown(1)],
        ..Page::default()
    };
    assert_eq!(starts(&after([loaded(twice)])), [1]);
}

#[test]
fn while_the_list_is_held_new_rows_wait_and_known_ones_change_in_place() {
    let mut grown = summary(1, "page");
    (grown.span_count, grown.start_unix_nano) = (7, 99);
    let held = [
        loaded(page([2, 1], None)),
        Action::Hold(true),
        Action::Changed(vec![summary(3, "page"), grown]),
        changed([3, 4]),
    ];
    let live = after(held);
    assert_eq!(starts(&live), [2, 99]);
    assert_eq!((live.waiting.len(), live.traces[1].span_count), (2, 7));
    let shown = Rc::new(live).reduce(Action::Hold(false));
    assert_eq!(starts(&shown), [99, 4, 3, 2]);
    assert!(shown.waiting.is_empty());
}

#[test]
fn a_paused_list_stays_until_it_goes_on_or_the_new_rows_are_asked_for() {
    let actions = || [loaded(page([1], None)), Action::Pause(true), changed([2])];
    let paused = after(
        actions()
            .into_iter()
            .chain([Action::Hold(true), Action::Hold(false)]),
    );
    assert_eq!((starts(&paused), paused.waiting.len()), (vec![1], 1));
    let asked = after(actions().into_iter().chain([Action::ShowNew]));
    assert_eq!((starts(&asked), asked.paused), (vec![2, 1], true));
    let resumed = after(actions().into_iter().chain([Action::Pause(false)]));
    assert_eq!(starts(&resumed), [2, 1]);
}

#[test]
fn a_refreshed_page_takes_away_what_no_longer_matches_unless_the_list_is_held() {
    let refreshed = || loaded(page([4, 2], Some("2-x")));
    let first = || loaded(page([3, 2, 1], None));
    assert_eq!(starts(&after([first(), refreshed()])), [4, 2, 1]);
    let held = after([first(), Action::Hold(true), refreshed()]);
    assert_eq!((starts(&held), held.waiting.len()), (vec![3, 2, 1], 1));
}

#[test]
fn pages_are_appended_and_new_traces_do_not_push_them_out() {
    let first = loaded(page([9, 8], Some("8-x")));
    let more = Action::LoadedMore(Query::default(), Ok(page([8, 7], Some("7-x"))));
    let live = after([
        first,
        Action::More,
        more,
        changed([10]),
        loaded(page([10, 9], Some("9-x"))),
    ]);
    assert_eq!(starts(&live), [10, 9, 8, 7]);
    assert_eq!((live.next.as_deref(), live.more), (Some("7-x"), More::No));
}

#[test]
fn a_page_that_failed_says_so_and_keeps_the_list() {
    let first = loaded(page([9], Some("9-x")));
    let failed = Action::LoadedMore(Query::default(), Err(Error::Unreachable));
    let live = after([first, Action::More, failed]);
    assert_eq!(
        (starts(&live), live.more),
        (vec![9], More::Failed(Error::Unreachable))
    );
}

#[test]
fn what_does_not_fit_can_be_paged_to() {
    let number = |number: u64| {
        let mut summary = summary(1, "page");
        summary.trace_id = format!("{number:032x}").parse().unwrap();
        summary.start_unix_nano = number;
        summary
    };
    let many = (1..=LIMIT as u64 + 5).map(number).collect();
    let live = after([loaded(Page::default()), Action::Changed(many)]);
    assert_eq!(live.traces.len(), LIMIT);
    assert_eq!(live.next.unwrap(), format!("6-{:032x}", 6));
}

#[test]
fn a_retry_asks_at_once_and_takes_the_failure_away() {
    let failed = || Action::Loaded(Query::default(), Err(Error::Status(502)));
    let live = after([failed(), Action::Retry]);
    assert_eq!((live.retries, &live.loaded), (1, &Loaded::NotYet));
    // Rows that are shown keep the word that they are old until there is an answer.
    let live = after([loaded(page([1, 2], None)), failed(), Action::Retry]);
    assert_eq!(live.retries, 1);
    assert!(matches!(live.loaded, Loaded::Failed(_)));
}
