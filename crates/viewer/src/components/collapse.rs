//! Collapsing and expanding rows. The address holds which rows are not as usual.

use trace_model::{Parent, SiblingGroup, Trace};

use crate::{hooks::Url, layout::collapsed::Collapsed, route::View, span_ref::SpanRef};

/// Collapses an expanded span, or group of siblings, and the other way round. A group has the index
/// of its first span.
pub(super) fn toggle(url: &Url, trace: &Trace, index: usize) {
    url.replace(&toggled(&url.view, trace, index));
}

fn toggled(view: &View, trace: &Trace, index: usize) -> View {
    let span = SpanRef::of(trace, index);
    view.with_collapsed(span, !view.collapsed.contains(&span))
}

/// Does nothing for a span without descendants.
pub(super) fn set_collapsed(
    url: &Url,
    trace: &Trace,
    shown: &Collapsed,
    index: usize,
    collapsed: bool,
) {
    let has_descendants = trace.nodes()[index].descendants > 0;
    if has_descendants && shown.contains(index) != collapsed {
        toggle(url, trace, index);
    }
}

/// Returns the group of siblings of a span.
pub(super) fn group_of(groups: &[SiblingGroup], index: usize) -> Option<&SiblingGroup> {
    let mut groups = groups.iter();
    groups.find(|group| group.nodes.binary_search(&index).is_ok())
}

/// Returns the view in which a span has a row: the spans around it and its group are expanded.
pub(super) fn revealed(
    view: &View,
    trace: &Trace,
    collapsed: &Collapsed,
    groups: &[SiblingGroup],
    index: usize,
) -> View {
    let mut view = view.clone();
    let group = group_of(groups, index).map(|group| group.nodes[0]);
    // A closed group has the row of its first span.
    if let Some(first) = group.filter(|&first| first != index && !collapsed.is_group_open(first)) {
        view = toggled(&view, trace, first);
    }
    let around = std::iter::successors(Some(index), |&index| match trace.nodes()[index].parent {
        Parent::Node(parent) => Some(parent),
        Parent::None | Parent::Missing => None,
    });
    for parent in around.skip(1).filter(|&parent| collapsed.contains(parent)) {
        view = toggled(&view, trace, parent);
    }
    view
}
