//! What the address shows of a trace: a subtree, a part of the axis, the rows.

use std::rc::Rc;

use trace_model::{CriticalPath, SiblingGroup, Trace};
use yew::{functional::use_memo, hook};

use super::Url;
use crate::{
    layout::{
        axis::Axis,
        collapsed::Collapsed,
        found::Found,
        log_rows::TraceLogs,
        rows::{self, Row, Shown},
        zoom,
    },
    route::Others,
    shared::Shared,
    span_ref::SpanRef,
};

/// The minimum number of identical siblings that share a row.
const MIN_GROUP_SPANS: usize = 10;

/// The part of a trace that is shown.
#[derive(Clone)]
pub(crate) struct ShownTrace {
    /// The span whose subtree is shown.
    pub(crate) top: Option<usize>,
    pub(crate) axis: Axis,
    pub(crate) selected: Option<usize>,
    /// The critical path of the top, or of the main span. `None` if that has no duration.
    pub(crate) path: Option<Shared<CriticalPath>>,
    pub(crate) groups: Rc<Vec<SiblingGroup>>,
    pub(crate) collapsed: Rc<Collapsed>,
    pub(crate) found: Rc<Option<Found>>,
    /// The failed spans.
    pub(crate) errors: Rc<Vec<usize>>,
    pub(crate) rows: Rc<Vec<Row>>,
}

/// Computes what is shown. Each part is computed again only if something that it depends on changes.
#[hook]
pub(crate) fn use_shown_trace(
    url: &Url,
    trace: &Shared<Trace>,
    logs: &Shared<TraceLogs>,
) -> ShownTrace {
    let view = &url.view;
    let top = view.top.and_then(|top| top.index_in(trace));
    let nodes = nodes(trace, top);
    let path = use_memo((trace.clone(), top), |(trace, top)| {
        let path = trace.critical_path(top.or_else(|| trace.main_index())?);
        (!path.pieces().is_empty()).then(|| Shared::new(path))
    });
    let groups = use_memo(trace.clone(), |trace| trace.sibling_groups(MIN_GROUP_SPANS));
    let deps = (trace.clone(), view.collapsed.clone(), view.level);
    let collapsed = use_memo(deps, |(trace, _, _)| Collapsed::of(trace, view));
    let deps = (
        (trace.clone(), logs.clone()),
        nodes.clone(),
        view.find.clone(),
    );
    let found = use_memo(deps, |((trace, logs), nodes, text)| {
        Found::of(trace, logs, nodes.clone(), text)
    });
    let errors = use_memo((trace.clone(), nodes.clone()), |(trace, nodes)| {
        let failed = |index: &usize| trace.nodes()[*index].span.is_error();
        nodes.clone().filter(failed).collect()
    });
    let only = (*path).clone().filter(|_| view.is_path_only);
    let hidden = (view.others == Others::Hidden && found.is_some()).then(|| found.clone());
    let deps = (
        (trace.clone(), nodes, collapsed.clone(), groups.clone()),
        (only, hidden),
    );
    let rows = use_memo(
        deps,
        |((trace, nodes, collapsed, groups), (only, hidden))| {
            let filter = filter(trace, only.as_ref(), hidden.as_ref());
            let shown = Shown {
                nodes,
                collapsed,
                groups,
                filter: filter.as_deref(),
            };
            rows::rows(trace, shown)
        },
    );
    ShownTrace {
        top,
        axis: zoom::axis(trace, zoom::extent(trace, top), view.zoom),
        selected: selected(trace, top, view.span),
        path: (*path).clone(),
        groups,
        collapsed,
        found,
        errors,
        rows,
    }
}

/// Returns the nodes of a subtree, or all.
fn nodes(trace: &Trace, top: Option<usize>) -> std::ops::Range<usize> {
    match top {
        Some(top) => top..top + trace.nodes()[top].descendants + 1,
        None => 0..trace.nodes().len(),
    }
}

/// Returns whether each node has a row, if not all have one.
fn filter(
    trace: &Trace,
    path: Option<&Shared<CriticalPath>>,
    found: Option<&Rc<Option<Found>>>,
) -> Option<Vec<bool>> {
    if path.is_none() && found.is_none() {
        return None;
    }
    let found = found.and_then(|found| found.as_ref().as_ref());
    let is_shown = |index: usize| {
        path.is_none_or(|path| path.contains(index))
            && found.is_none_or(|found| found.contains(index))
    };
    Some((0..trace.nodes().len()).map(is_shown).collect())
}

/// Returns the span in the address, or else the top or the main span.
fn selected(trace: &Trace, top: Option<usize>, span: Option<SpanRef>) -> Option<usize> {
    let selected = span.and_then(|span| span.index_in(trace));
    selected.or(top).or_else(|| trace.main_index())
}
