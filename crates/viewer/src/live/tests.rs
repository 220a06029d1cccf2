//! How events and responses change the list.

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

/// Returns a trace with an id and a start of their own.
fn numbered(number: u64) -> TraceSummary {
    let mut summary = summary(1, "page");
    summary.trace_id = format!("{number:032x}").parse().unwrap();
    summary.start_unix_nano = number;
    summary
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
    Action::Loaded(Request::default(), Ok(page))
}

/// The response to a request that was made after a number of changes.
fn loaded_after(change: u32, page: Page) -> Action {
    let request = Request {
        change,
        ..Request::default()
    };
    Action::Loaded(request, Ok(page))
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
fn new_traces_come_first_and_known_ones_are_updated_in_place() {
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
fn the_viewers_own_traces_are_hidden() {
    let live = after([Action::Changed(vec![summary(1, VIEWER_SERVICE)])]);
    assert!(starts(&live).is_empty());
}

#[test]
fn a_change_refreshes_a_filtered_list() {
    let query = query::parse("status:error").query;
    let live = after([
        Action::Query(query),
        Action::Changed(vec![summary(1, "page")]),
    ]);
    assert_eq!((starts(&live).len(), live.stale_count), (0, 1));
}

#[test]
fn a_late_response_to_another_query_is_ignored() {
    let query = query::parse("like").query;
    let late = Action::Loaded(Request::default(), Ok(page([1], None)));
    let live = after([Action::Query(query), late]);
    assert_eq!((starts(&live).len(), live.loaded), (0, Loaded::NotYet));
}

#[test]
fn a_new_connection_refreshes_everything() {
    let live = after([Action::Connected]);
    assert_eq!((live.connection, live.stale_count), (Connection::Open, 1));
    assert!(live.change.concerns(summary(1, "page").trace_id));
    let live = after([
        Action::Connected,
        Action::Disconnected,
        Action::Disconnected,
    ]);
    assert_eq!(
        (live.connection, live.stale_count),
        (Connection::Lost { failures: 2 }, 1)
    );
    let live = after([Action::Connected, Action::Disconnected, Action::Connected]);
    assert_eq!((live.connection, live.stale_count), (Connection::Open, 2));
}

#[test]
fn a_failed_list_is_requested_again_while_connected() {
    let failed = || Action::Loaded(Request::default(), Err(Error::Status(500)));
    assert_eq!(after([failed()]).stale_count, 0);
    assert_eq!(after([Action::Connected, failed()]).stale_count, 2);
}

#[test]
fn the_last_version_of_a_trace_in_a_batch_is_listed_once() {
    let grown = |spans| {
        let mut grown = summary(1, "page");
        grown.span_count = spans;
        grown
    };
    for frozen in [false, true] {
        let batch = Action::Changed(vec![grown(1), summary(2, "page"), grown(2), grown(3)]);
        let live = after([
            changed([9]),
            Action::Freeze(frozen),
            batch,
            Action::ShowPending,
        ]);
        assert_eq!(starts(&live), [9, 2, 1], "{frozen}");
        assert_eq!(live.traces[2].span_count, 3, "{frozen}");
    }
    let twice = Page {
        traces: vec![grown(1), grown(1)],
        ..Page::default()
    };
    assert_eq!(starts(&after([loaded(twice)])), [1]);
}

#[test]
fn new_rows_of_a_frozen_list_are_pending_and_known_ones_updated() {
    let mut grown = summary(1, "page");
    (grown.span_count, grown.start_unix_nano) = (7, 99);
    let frozen = [
        loaded(page([2, 1], None)),
        Action::Freeze(true),
        Action::Changed(vec![summary(3, "page"), grown]),
        changed([3, 4]),
    ];
    let live = after(frozen);
    assert_eq!(starts(&live), [2, 99]);
    assert_eq!((live.pending.len(), live.traces[1].span_count), (2, 7));
    let shown = Rc::new(live).reduce(Action::Freeze(false));
    assert_eq!(starts(&shown), [99, 4, 3, 2]);
    assert!(shown.pending.is_empty());
}

#[test]
fn a_paused_list_shows_pending_rows_on_request_or_resume() {
    let actions = || [loaded(page([1], None)), Action::Pause(true), changed([2])];
    let paused = after(
        actions()
            .into_iter()
            .chain([Action::Freeze(true), Action::Freeze(false)]),
    );
    assert_eq!((starts(&paused), paused.pending.len()), (vec![1], 1));
    let requested = after(actions().into_iter().chain([Action::ShowPending]));
    assert_eq!((starts(&requested), requested.paused), (vec![2, 1], true));
    let resumed = after(actions().into_iter().chain([Action::Pause(false)]));
    assert_eq!(starts(&resumed), [2, 1]);
}

#[test]
fn a_refreshed_page_removes_rows_that_no_longer_match_unless_frozen() {
    let refreshed = || loaded(page([4, 2], Some("2-x")));
    let first = || loaded(page([3, 2, 1], None));
    assert_eq!(starts(&after([first(), refreshed()])), [4, 2, 1]);
    let frozen = after([first(), Action::Freeze(true), refreshed()]);
    assert_eq!((starts(&frozen), frozen.pending.len()), (vec![3, 2, 1], 1));
}

#[test]
fn pages_are_appended_and_not_displaced_by_new_traces() {
    let first = loaded(page([9, 8], Some("8-x")));
    let more = Action::LoadedNextPage(Query::default(), Ok(page([8, 7], Some("7-x"))));
    let live = after([
        first,
        Action::LoadNextPage,
        more,
        changed([10]),
        loaded(page([10, 9], Some("9-x"))),
    ]);
    assert_eq!(starts(&live), [10, 9, 8, 7]);
    assert_eq!(
        (live.next_cursor.as_deref(), live.next_page),
        (Some("7-x"), NextPage::NotRequested)
    );
}

#[test]
fn a_failed_next_page_keeps_the_list() {
    let first = loaded(page([9], Some("9-x")));
    let failed = Action::LoadedNextPage(Query::default(), Err(Error::Unreachable));
    let live = after([first, Action::LoadNextPage, failed]);
    assert_eq!(
        (starts(&live), live.next_page),
        (vec![9], NextPage::Failed(Error::Unreachable))
    );
}

#[test]
fn rows_over_the_limit_are_on_the_next_page() {
    let many = (1..=MAX_PAGE_TRACES as u64 + 5).map(numbered).collect();
    let live = after([loaded(Page::default()), Action::Changed(many)]);
    assert_eq!(live.traces.len(), MAX_PAGE_TRACES);
    assert_eq!(live.next_cursor.unwrap(), format!("6-{:032x}", 6));
}

#[test]
fn a_retry_requests_the_list_at_once() {
    let failed = || Action::Loaded(Request::default(), Err(Error::Status(502)));
    let live = after([failed(), Action::Retry]);
    assert_eq!((live.retry_count, &live.loaded), (1, &Loaded::NotYet));
    // Rows that are shown stay marked as out of date until there is a response.
    let live = after([loaded(page([1, 2], None)), failed(), Action::Retry]);
    assert_eq!(live.retry_count, 1);
    assert!(matches!(live.loaded, Loaded::Failed(_)));
}

#[test]
fn a_response_does_not_undo_changes_since_its_request() {
    let mut grown = summary(2, "page");
    grown.span_count = 9;
    let first = loaded(page([2, 1], None));
    let late = [
        Action::Changed(vec![summary(3, "page"), grown]),
        loaded_after(0, page([2, 1], None)),
    ];
    let live = after([first].into_iter().chain(late));
    assert_eq!(starts(&live), [3, 2, 1]);
    assert_eq!(live.traces[1].span_count, 9);
    // The same of the first response, and of new rows that are pending.
    let live = after([changed([3]), loaded(page([2, 1], None))]);
    assert_eq!(starts(&live), [3, 2, 1]);
    let live = after([
        loaded(page([1], None)),
        Action::Freeze(true),
        changed([2]),
        loaded_after(0, page([1], None)),
        Action::Freeze(false),
    ]);
    assert_eq!(starts(&live), [2, 1]);
    // A response to a later request counts again.
    let live = after([changed([3]), loaded_after(1, page([2, 1], None))]);
    assert_eq!(starts(&live), [2, 1]);
}

#[test]
fn responses_that_arrive_in_another_order_do_not_undo_each_other() {
    let live = after([
        changed([3]),
        loaded_after(1, page([3, 2, 1], None)),
        loaded_after(0, page([1], None)),
    ]);
    assert_eq!(starts(&live), [3, 2, 1]);
}

#[test]
fn a_response_does_not_return_removed_traces() {
    let live = after([
        loaded(page([2, 1], None)),
        changed([3]),
        Action::Removed,
        loaded_after(1, page([3, 2, 1], None)),
        loaded_after(2, page([2], None)),
    ]);
    assert_eq!(starts(&live), [2]);
}

#[test]
fn the_changes_of_a_list_that_is_not_requested_again_are_limited() {
    let batches = (0..5).map(|batch| {
        let first = 1 + batch * MAX_PAGE_TRACES as u64;
        let numbers = first..first + MAX_PAGE_TRACES as u64;
        Action::Changed(numbers.map(numbered).collect())
    });
    let live = after(std::iter::once(loaded(Page::default())).chain(batches));
    assert!(live.reported.len() <= 2 * MAX_PAGE_TRACES);
}
