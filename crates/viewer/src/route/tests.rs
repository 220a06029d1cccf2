use super::*;

#[test]
fn a_view_round_trips_through_the_address() {
    let span = |text: &str| SpanRef::parse(text).unwrap();
    let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
    let view = View::default()
        .with_trace(id)
        .with_query("status:error".to_owned())
        .with_span(Some(span("00f067aa0ba902b7")))
        .with_collapsed(span("00f067aa0ba902b8"), true)
        .with_collapsed(span("00f067aa0ba902b8.1"), true)
        .with_tab(Tab::Statistics)
        .with_top(Some(span("00f067aa0ba902b9")))
        .with_zoom(Some((12, 3_400)))
        .with_find("kind:server \"a b\"".to_owned())
        .with_others(Others::Hidden)
        .with_path_only(true);
    let (route, query) = view.to_route();
    assert_eq!(route.to_path(), "/trace/6a2b7c1e98038103d269b633813fc60c");
    assert_eq!(query.collapsed, "00f067aa0ba902b8,00f067aa0ba902b8.1");
    assert_eq!(View::from_route(route, query), view);
}

#[test]
fn opening_another_trace_clears_the_selection_and_keeps_the_list() {
    let id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
    let selected = View::default()
        .with_query("like".to_owned())
        .with_span(SpanRef::parse("00f067aa0ba902b7"));
    let opened = selected.with_trace(id);
    assert_eq!((opened.query.as_str(), opened.span), ("like", None));
}

#[test]
fn another_query_begins_at_its_first_page() {
    let earlier = View::default().with_overview(OverviewState {
        cursor: "1790000000000000000-12".to_owned(),
        ..OverviewState::default()
    });
    let searched = earlier.with_query("severity>=warn".to_owned());
    assert_eq!(searched.overview, OverviewState::default());
}

#[test]
fn terms_that_do_not_apply_to_another_page_are_left_behind() {
    let searched = |text: &str| View::default().with_query(text.to_owned());
    for (query, on_logs) in [
        ("like  status:error -kind:server", "like"),
        ("duration>20ms", ""),
        // As it was typed, because all of it applies.
        ("like   locked", "like   locked"),
        ("severity:info", "severity:info"),
    ] {
        assert_eq!(searched(query).with_page(OverviewPage::Logs).query, on_logs);
    }
    let logs = searched("like severity>=warn -severity:fatal key=1");
    let logs = logs.with_page(OverviewPage::Logs);
    assert_eq!(logs.query, "like severity>=warn -severity:fatal key=1");
    for view in [
        logs.with_page(OverviewPage::Actions),
        logs.without_trace(),
        logs.with_data(),
    ] {
        assert_eq!(view.query, "like key=1");
    }
}

#[test]
fn the_front_page_is_the_actions_without_parameters() {
    let actions = View::default().with_page(OverviewPage::Actions);
    let (route, query) = actions.to_route();
    assert_eq!(route.to_path(), "/");
    assert_eq!(View::from_route(route, query), actions);
    let searched = actions.with_query("status:error".to_owned());
    let (route, query) = searched.to_route();
    assert_eq!(route.to_path(), "/actions");
    assert_eq!(View::from_route(route, query), searched);
}

#[test]
fn the_former_address_of_the_list_with_a_query_shows_the_list() {
    let query = QueryString {
        q: "status:error".to_owned(),
        ..QueryString::default()
    };
    let view = View::from_route(Route::Front, query);
    assert_eq!(view.screen, Screen::List);
    assert_eq!(view.to_route().0.to_path(), "/traces");
}

#[test]
fn the_sinks_screen_keeps_the_query() {
    let view = View::default().with_query("like".to_owned()).with_sinks();
    let (route, query) = view.to_route();
    assert_eq!(route.to_path(), "/sinks");
    assert_eq!(View::from_route(route, query), view);
}

#[test]
fn a_level_replaces_collapsed_spans() {
    let span = SpanRef::parse("00f067aa0ba902b8").unwrap();
    let view = View::default()
        .with_collapsed(span, true)
        .with_level(Some(2));
    let (route, query) = view.to_route();
    assert_eq!((query.level.as_str(), query.collapsed.as_str()), ("2", ""));
    assert_eq!(View::from_route(route, query), view);
}

#[test]
fn invalid_parameters_are_ignored() {
    let query = QueryString {
        zoom: "9-4".to_owned(),
        level: "0".to_owned(),
        show: "x".to_owned(),
        top: "x".to_owned(),
        ..QueryString::default()
    };
    assert_eq!(View::from_route(Route::List, query), View::default());
}

#[test]
fn a_comparison_has_both_ids_in_its_path() {
    let id = |digit: &str| digit.repeat(32).parse().unwrap();
    let view = View::default()
        .with_trace(id("a"))
        .with_other(Some(id("b")));
    let (route, query) = view.to_route();
    let path = format!("/trace/{}/compare/{}", "a".repeat(32), "b".repeat(32));
    assert_eq!(route.to_path(), path);
    assert_eq!(Route::recognize(&path), Some(route.clone()));
    assert_eq!(View::from_route(route, query), view);
    let (route, query) = view.with_tab(Tab::Waterfall).to_route();
    assert_eq!(route.to_path(), format!("/trace/{}", "a".repeat(32)));
    assert_eq!(View::from_route(route, query).tab, Tab::Waterfall);
    let invalid = Route::recognize(&format!("/trace/{}/compare/x", "a".repeat(32)));
    let invalid = View::from_route(invalid.unwrap(), QueryString::default());
    assert!(matches!(invalid.screen, Screen::NotFound(_)));
}

#[test]
fn overviews_round_trip_through_the_address() {
    for page in [
        OverviewPage::Actions,
        OverviewPage::Heatmap,
        OverviewPage::Session("s 1/2".to_owned()),
        OverviewPage::Vitals,
        OverviewPage::Logs,
    ] {
        let state = OverviewState {
            range: "1h".to_owned(),
            name: "crud.like".to_owned(),
            ..OverviewState::default()
        };
        let view = View::default().with_page(page).with_overview(state);
        let (route, query) = view.to_route();
        assert_eq!(View::from_route(route, query), view);
    }
}

#[test]
fn an_invalid_trace_id_is_explained() {
    let route = Route::recognize("/trace/xyz").unwrap();
    let Screen::NotFound(text) = View::from_route(route, QueryString::default()).screen else {
        panic!("read as a trace");
    };
    assert!(text.contains("32 hex digits"), "{text}");
}
