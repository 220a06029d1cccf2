//! The rows of the waterfall: for each group a heading, then its spans without collapsed ones.

use std::collections::BTreeSet;

use trace_model::{CriticalPath, Lane, Parent, Trace};

/// A row of the waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Heading(Group),
    /// The node at this index of the trace.
    Span(usize),
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

/// Returns the rows while the nodes in `collapsed` hide their descendants. With a path, only the
/// spans on it have rows.
pub(crate) fn rows(
    trace: &Trace,
    collapsed: &BTreeSet<usize>,
    path: Option<&CriticalPath>,
) -> Vec<Row> {
    let groups = groups(trace);
    let mut visible = visible_nodes(trace, collapsed);
    if let Some(path) = path {
        visible.retain(|&index| path.contains(index));
    }
    let mut rows = Vec::with_capacity(visible.len() + Group::ALL.len());
    for group in Group::ALL {
        let mut spans = visible
            .iter()
            .filter(|&&index| groups[index] == group)
            .peekable();
        if spans.peek().is_some() {
            rows.push(Row::Heading(group));
        }
        rows.extend(spans.map(|&index| Row::Span(index)));
    }
    rows
}

fn visible_nodes(trace: &Trace, collapsed: &BTreeSet<usize>) -> Vec<usize> {
    let mut visible = Vec::new();
    let mut index = 0;
    while let Some(node) = trace.nodes().get(index) {
        visible.push(index);
        let hidden = if collapsed.contains(&index) {
            node.descendants
        } else {
            0
        };
        index += hidden + 1;
    }
    visible
}

/// Returns the span `step` rows from the selected one, but not beyond the first and the last.
/// Headings do not count.
pub(crate) fn neighbor(rows: &[Row], selected: usize, step: isize) -> Option<usize> {
    let span = |row: &Row| match row {
        Row::Span(index) => Some(*index),
        Row::Heading(_) => None,
    };
    let position = rows.iter().position(|row| *row == Row::Span(selected));
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
        assert_eq!(rows(&example(), &BTreeSet::new(), None), expected);
    }

    #[test]
    fn a_collapsed_span_hides_its_descendants_in_every_group() {
        use Row::{Heading, Span};
        let browser = [Heading(Group::Browser), Span(0), Span(1), Span(3)];
        let shown = rows(&example(), &BTreeSet::from([1]), None);
        assert_eq!(shown[..4], browser);
        assert_eq!(shown[4..], [Heading(Group::Orphans), Span(4)]);
    }

    #[test]
    fn with_a_path_only_its_spans_have_rows() {
        use Row::{Heading, Span};
        let mut spans: Vec<_> = example().nodes().iter().map(|n| n.span.clone()).collect();
        for span in &mut spans {
            (span.start_unix_nano, span.end_unix_nano) = (10, 20);
        }
        (spans[0].start_unix_nano, spans[0].end_unix_nano) = (10, 30);
        let trace = Trace::from_spans(spans[0].trace_id, spans);
        let path = trace.critical_path(0);
        let expected = [
            Heading(Group::Browser),
            Span(0),
            Span(1),
            Heading(Group::Backend),
            Span(2),
        ];
        assert_eq!(rows(&trace, &BTreeSet::new(), Some(&path)), expected);
    }

    #[test]
    fn the_neighbor_skips_headings_and_stops_at_the_ends() {
        let rows = rows(&example(), &BTreeSet::new(), None);
        assert_eq!(neighbor(&rows, 3, 1), Some(2));
        assert_eq!(neighbor(&rows, 4, 1), Some(4));
        assert_eq!(neighbor(&rows, 0, -1), Some(0));
        assert_eq!(neighbor(&[], 0, 1), None);
    }
}
