//! The waterfall's rows: a heading for each lane, then its spans, without what is collapsed.

use std::collections::BTreeSet;

use trace_model::{Lane, Parent, SpanId, Trace};

/// One line of the waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Heading(Group),
    /// The node at this index of the trace.
    Span(usize),
}

/// Spans shown together. Calls to a database stand under the back end that made them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Browser,
    Backend,
    /// Below a span that has not arrived.
    Orphans,
}

impl Group {
    const ALL: [Self; 3] = [Self::Browser, Self::Backend, Self::Orphans];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Browser => "Browser",
            Self::Backend => "Back end",
            Self::Orphans => "Parent not here yet",
        }
    }
}

/// The group of every node.
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

/// Whose spans are in a group.
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

/// The rows to show while the spans in `collapsed` hide what is below them.
pub(crate) fn rows(trace: &Trace, collapsed: &BTreeSet<SpanId>) -> Vec<Row> {
    let groups = groups(trace);
    let shown = visible(trace, collapsed);
    let mut rows = Vec::with_capacity(shown.len() + Group::ALL.len());
    for group in Group::ALL {
        let mut spans = shown
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

fn visible(trace: &Trace, collapsed: &BTreeSet<SpanId>) -> Vec<usize> {
    let mut shown = Vec::new();
    let mut index = 0;
    while let Some(node) = trace.nodes().get(index) {
        shown.push(index);
        let hides = collapsed.contains(&node.span.span_id);
        index += if hides { node.descendants + 1 } else { 1 };
    }
    shown
}

/// The span `step` rows from the selected one, stopping at both ends; headings are passed over.
pub(crate) fn neighbour(rows: &[Row], selected: usize, step: isize) -> Option<usize> {
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

    use trace_model::{Attribute, Resource, Span};

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
    fn lanes_stand_together_under_their_headings() {
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
        assert_eq!(rows(&example(), &BTreeSet::new()), expected);
    }

    #[test]
    fn a_collapsed_span_hides_its_descendants_in_every_lane() {
        use Row::{Heading, Span};
        let browser = [Heading(Group::Browser), Span(0), Span(1), Span(3)];
        let shown = rows(&example(), &BTreeSet::from([id(2)]));
        assert_eq!(shown[..4], browser);
        assert_eq!(shown[4..], [Heading(Group::Orphans), Span(4)]);
    }

    #[test]
    fn the_selection_moves_over_headings_and_stops_at_the_ends() {
        let rows = rows(&example(), &BTreeSet::new());
        assert_eq!(neighbour(&rows, 3, 1), Some(2));
        assert_eq!(neighbour(&rows, 4, 1), Some(4));
        assert_eq!(neighbour(&rows, 0, -1), Some(0));
        assert_eq!(neighbour(&[], 0, 1), None);
    }
}
