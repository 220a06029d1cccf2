//! The rows of the waterfall: for each group a heading, then its spans without collapsed ones.

use std::{collections::HashMap, ops::Range};

use trace_model::{Lane, Parent, SiblingGroup, Trace};

use super::collapsed::Collapsed;

/// A row of the waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Heading(Group),
    /// The node at this index of the trace.
    Span(usize),
    /// A group of identical siblings.
    Siblings {
        /// Its position among the groups.
        group: usize,
        /// The index of its first node.
        first: usize,
        /// Whether the rows of its spans follow.
        is_open: bool,
    },
}

impl Row {
    /// Returns the span that is selected with this row, if it can be.
    pub(crate) const fn span(self) -> Option<usize> {
        match self {
            Self::Span(index)
            | Self::Siblings {
                first: index,
                is_open: false,
                ..
            } => Some(index),
            Self::Heading(_) | Self::Siblings { .. } => None,
        }
    }
}

/// What the rows show of a trace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    /// The nodes of the subtree, or all.
    pub(crate) nodes: &'a Range<usize>,
    pub(crate) collapsed: &'a Collapsed,
    pub(crate) groups: &'a [SiblingGroup],
    /// Whether each node has a row. Without it, all have one.
    pub(crate) filter: Option<&'a [bool]>,
}

/// The spans below one heading. Database calls belong to the back end that made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Browser,
    Backend,
    /// Spans whose parent is missing, and their descendants.
    Orphans,
}

impl Group {
    const ALL: [Self; 3] = [Self::Browser, Self::Backend, Self::Orphans];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Browser => "Browser",
            Self::Backend => "Back end",
            Self::Orphans => "Parent missing",
        }
    }
}

/// Returns the group of each node.
fn groups(trace: &Trace) -> Vec<Group> {
    let mut below_orphan = 0;
    let nodes = trace.nodes().iter().enumerate();
    nodes
        .map(|(index, node)| {
            if node.parent == Parent::Missing {
                below_orphan = index + node.descendants + 1;
            }
            match node.lane {
                _ if index < below_orphan => Group::Orphans,
                Lane::Browser => Group::Browser,
                Lane::Backend | Lane::Database => Group::Backend,
            }
        })
        .collect()
}

/// Returns the services of a group.
pub(crate) fn services(trace: &Trace, group: Group) -> Vec<&str> {
    let mut services = Vec::new();
    let nodes = trace.nodes().iter().zip(groups(trace));
    for (node, _) in nodes.filter(|(_, of)| *of == group) {
        if !services.contains(&node.span.service()) {
            services.push(node.span.service());
        }
    }
    services
}

/// Returns the rows. Where a filter applies, siblings are not grouped.
pub(crate) fn rows(trace: &Trace, shown: Shown<'_>) -> Vec<Row> {
    let groups = groups(trace);
    let visible = visible_rows(trace, shown);
    let mut rows = Vec::with_capacity(visible.len() + Group::ALL.len());
    for group in Group::ALL {
        let mut spans = visible
            .iter()
            .filter(|(index, _)| groups[*index] == group)
            .peekable();
        if spans.peek().is_some() {
            rows.push(Row::Heading(group));
        }
        rows.extend(spans.map(|(_, row)| *row));
    }
    rows
}

/// Returns the rows with the nodes that determine their group.
fn visible_rows(trace: &Trace, shown: Shown<'_>) -> Vec<(usize, Row)> {
    let siblings = if shown.filter.is_none() {
        group_of_node(shown.groups)
    } else {
        HashMap::new()
    };
    let has_row = |index: usize| shown.filter.is_none_or(|filter| filter[index]);
    let mut visible = Vec::new();
    let mut index = shown.nodes.start;
    while index < shown.nodes.end {
        let mut is_hidden = !has_row(index);
        if let Some(&group) = siblings.get(&index) {
            let first = shown.groups[group].nodes[0];
            let is_open = shown.collapsed.is_group_open(first);
            if index == first {
                let row = Row::Siblings {
                    group,
                    first,
                    is_open,
                };
                visible.push((index, row));
            }
            is_hidden |= !is_open;
        }
        if !is_hidden {
            visible.push((index, Row::Span(index)));
        }
        let collapsed = shown.collapsed.contains(index);
        index += 1 + if collapsed {
            trace.nodes()[index].descendants
        } else {
            0
        };
    }
    visible
}

/// Returns the position of each grouped node's group.
fn group_of_node(groups: &[SiblingGroup]) -> HashMap<usize, usize> {
    let groups = groups.iter().enumerate();
    groups
        .flat_map(|(group, siblings)| siblings.nodes.iter().map(move |&node| (node, group)))
        .collect()
}

/// Returns the span `step` rows from the selected one, but not beyond the first and the last.
/// Headings do not count.
pub(crate) fn neighbor(rows: &[Row], selected: usize, step: isize) -> Option<usize> {
    let span = |row: &Row| row.span();
    let position = rows.iter().position(|row| row.span() == Some(selected));
    let Some(position) = position else {
        return rows.iter().find_map(span);
    };
    let steps = step.unsigned_abs();
    let found = if step < 0 {
        rows[..position]
            .iter()
            .rev()
            .filter_map(span)
            .take(steps)
            .last()
    } else {
        rows[position + 1..]
            .iter()
            .filter_map(span)
            .take(steps)
            .last()
    };
    found.or(Some(selected))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace_model::{Attribute, Resource, Span, SpanId};

    use super::*;
    use crate::layout::collapsed::Collapsed;

    fn id(number: u8) -> SpanId {
        SpanId::try_from([0, 0, 0, 0, 0, 0, 0, number].as_slice()).unwrap()
    }

    fn span(number: u8, parent: Option<u8>, key: &str) -> Span {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let mut span = Span::new(trace_id, id(number), "x");
        span.parent_span_id = parent.map(id);
        span.start_unix_nano = number.into();
        span.resource = Arc::new(Resource {
            attributes: [Attribute::new(key, "x")].into_iter().collect(),
        });
        span
    }

    fn example() -> Trace {
        let browser = "browser.platform";
        let spans = vec![
            span(1, None, browser),
            span(2, Some(1), browser),
            span(3, Some(2), "host.name"),
            span(4, Some(1), browser),
            span(5, Some(99), browser),
        ];
        Trace::from_spans(spans[0].trace_id, spans)
    }

    fn all_rows(trace: &Trace, collapsed: &Collapsed, filter: Option<&[bool]>) -> Vec<Row> {
        let shown = Shown {
            nodes: &(0..trace.nodes().len()),
            collapsed,
            groups: &trace.sibling_groups(3),
            filter,
        };
        rows(trace, shown)
    }

    #[test]
    fn spans_are_grouped_by_lane() {
        use Row::{Heading, Span};
        let expected = [
            Heading(Group::Browser),
            Span(0),
            Span(1),
            Span(3),
            Heading(Group::Backend),
            Span(2),
            Heading(Group::Orphans),
            Span(4),
        ];
        assert_eq!(all_rows(&example(), &Collapsed::default(), None), expected);
    }

    #[test]
    fn a_collapsed_span_hides_its_descendants_in_every_group() {
        use Row::{Heading, Span};
        let browser = [Heading(Group::Browser), Span(0), Span(1), Span(3)];
        let shown = all_rows(&example(), &Collapsed::of_indices(&[1]), None);
        assert_eq!(shown[..4], browser);
        assert_eq!(shown[4..], [Heading(Group::Orphans), Span(4)]);
    }

    #[test]
    fn with_a_filter_only_its_spans_have_rows() {
        use Row::{Heading, Span};
        let expected = [
            Heading(Group::Browser),
            Span(0),
            Heading(Group::Backend),
            Span(2),
        ];
        let filter = [true, false, true, false, false];
        let found = all_rows(&example(), &Collapsed::default(), Some(&filter));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_subtree_has_only_its_own_rows() {
        let trace = example();
        let shown = Shown {
            nodes: &(1..3),
            collapsed: &Collapsed::default(),
            groups: &[],
            filter: None,
        };
        let spans: Vec<_> = rows(&trace, shown)
            .into_iter()
            .filter_map(Row::span)
            .collect();
        assert_eq!(spans, [1, 2]);
    }

    #[test]
    fn identical_siblings_share_a_row_until_they_are_expanded() {
        use Row::{Heading, Span};
        let mut spans = vec![span(1, None, "host.name")];
        spans.extend((2..=5).map(|number| span(number, Some(1), "host.name")));
        let trace = Trace::from_spans(spans[0].trace_id, spans);
        let group = |is_open| Row::Siblings {
            group: 0,
            first: 1,
            is_open,
        };
        let closed = all_rows(&trace, &Collapsed::default(), None);
        assert_eq!(closed, [Heading(Group::Backend), Span(0), group(false)]);
        assert_eq!(neighbor(&closed, 0, 1), Some(1));
        let open = all_rows(&trace, &Collapsed::of_indices(&[1]), None);
        assert_eq!(open[2..], [group(true), Span(1), Span(2), Span(3), Span(4)]);
        assert_eq!(neighbor(&open, 0, 1), Some(1));
        let filtered = all_rows(&trace, &Collapsed::default(), Some(&[true; 5]));
        assert_eq!(filtered.len(), 6);
    }

    #[test]
    fn the_neighbor_skips_headings_and_stops_at_the_ends() {
        let rows = all_rows(&example(), &Collapsed::default(), None);
        assert_eq!(neighbor(&rows, 3, 1), Some(2));
        assert_eq!(neighbor(&rows, 4, 1), Some(4));
        assert_eq!(neighbor(&rows, 0, -1), Some(0));
        assert_eq!(neighbor(&[], 0, 1), None);
    }
}
