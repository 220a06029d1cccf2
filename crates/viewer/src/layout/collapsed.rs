//! Which rows are collapsed.

use std::collections::BTreeSet;

use trace_model::Trace;

use crate::{route::View, span_ref};

/// The spans whose descendants are hidden, and the groups of siblings that are expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Collapsed {
    /// The spans of the address: their rows are not as the level says.
    toggled: BTreeSet<usize>,
    /// The spans that are collapsed, after all.
    spans: BTreeSet<usize>,
}

impl Collapsed {
    pub(crate) fn of(trace: &Trace, view: &View) -> Self {
        let toggled = span_ref::indices(trace, &view.collapsed);
        let spans = match view.level {
            None => toggled.clone(),
            Some(level) => {
                let nodes = trace.nodes().iter().enumerate();
                let is_collapsed =
                    |index: usize, depth: usize| (depth + 1 >= level) != toggled.contains(&index);
                nodes
                    .filter(|(index, node)| {
                        node.descendants > 0 && is_collapsed(*index, node.depth)
                    })
                    .map(|(index, _)| index)
                    .collect()
            }
        };
        Self { toggled, spans }
    }

    /// Collapses the spans, and expands the groups, of these indices.
    #[cfg(test)]
    pub(crate) fn of_indices(indices: &[usize]) -> Self {
        let toggled: BTreeSet<usize> = indices.iter().copied().collect();
        Self {
            spans: toggled.clone(),
            toggled,
        }
    }

    /// Returns whether the descendants of a span are hidden.
    pub(crate) fn contains(&self, index: usize) -> bool {
        self.spans.contains(&index)
    }

    /// Returns whether the spans of a group have rows. `first` is its first span.
    pub(crate) fn is_group_open(&self, first: usize) -> bool {
        self.toggled.contains(&first)
    }
}

#[cfg(test)]
mod tests {
    use trace_model::Span;

    use super::*;
    use crate::span_ref::SpanRef;

    /// A chain of four spans.
    fn chain() -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |number: u8| {
            let id = |number: u8| format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(trace_id, id(number), "x");
            span.parent_span_id = (number > 1).then(|| id(number - 1));
            span
        };
        Trace::from_spans(trace_id, (1..=4).map(span).collect())
    }

    #[test]
    fn a_level_collapses_all_spans_at_its_depth_except_toggled_ones() {
        let trace = chain();
        let collapsed = |view: &View| -> Vec<usize> {
            let collapsed = Collapsed::of(&trace, view);
            (0..4).filter(|&index| collapsed.contains(index)).collect()
        };
        let view = View::default().with_level(Some(2));
        assert_eq!(collapsed(&view), [1, 2]);
        let toggled = view.with_collapsed(SpanRef::of(&trace, 1), true);
        assert_eq!(collapsed(&toggled), [2]);
        let without_level = toggled.with_level(None);
        assert_eq!(collapsed(&without_level), Vec::<usize>::new());
        let one = View::default().with_collapsed(SpanRef::of(&trace, 1), true);
        assert_eq!(collapsed(&one), [1]);
    }
}
