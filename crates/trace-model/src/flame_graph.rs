//! A flame graph: the self times of a trace by path of names.

use std::{cmp::Reverse, collections::HashMap};

use crate::{Lane, Parent, Trace};

/// The self times of a trace, in frames. Spans with one service, one name and parents in one frame
/// share a frame.
///
/// The width of a frame is the self time of its spans and of all spans below them. So frames of
/// children lie side by side within their parent's, and the outermost ones add up to the self time
/// of all spans.
///
/// # Examples
///
/// ```
/// use trace_model::{FlameGraph, Span, Trace};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let mut root = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// (root.start_unix_nano, root.end_unix_nano) = (100, 200);
/// let trace = Trace::from_spans(trace_id, vec![root]);
/// let graph = FlameGraph::of(&trace, None);
/// assert_eq!((graph.frames[0].name.as_str(), graph.total_nano), ("crud.like", 100));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlameGraph {
    /// Depth first, siblings by width.
    pub frames: Vec<FlameFrame>,
    /// The width of the outermost frames together, in nanoseconds.
    pub total_nano: u64,
    /// The number of levels.
    pub levels: usize,
}

/// The spans of one path of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlameFrame {
    pub service: String,
    pub name: String,
    pub lane: Lane,
    /// The index of the first span.
    pub node: usize,
    /// The index of the frame around this one.
    pub parent: Option<usize>,
    /// Zero for the outermost frames.
    pub depth: usize,
    /// The number of spans.
    pub count: usize,
    pub errors: usize,
    /// The self time of its spans.
    pub self_nano: u64,
    /// The width: the self time of its spans and of those below them.
    pub total_nano: u64,
    /// The position of the left edge in the same unit.
    pub offset_nano: u64,
}

impl FlameGraph {
    /// Adds up the node at `top` and its descendants, or all spans of a trace.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    #[must_use]
    pub fn of(trace: &Trace, top: Option<usize>) -> Self {
        let mut frames = merge(trace, top);
        for index in (0..frames.len()).rev() {
            if let Some(parent) = frames[index].parent {
                frames[parent].total_nano = frames[parent]
                    .total_nano
                    .saturating_add(frames[index].total_nano);
            }
        }
        let frames = arrange(&frames);
        let outermost = frames.iter().filter(|frame| frame.parent.is_none());
        Self {
            total_nano: outermost.fold(0, |sum, frame| sum.saturating_add(frame.total_nano)),
            levels: frames
                .iter()
                .map(|frame| frame.depth + 1)
                .max()
                .unwrap_or(0),
            frames,
        }
    }
}

/// Returns the frames in the order of their first spans. `total_nano` is that of their own spans.
fn merge(trace: &Trace, top: Option<usize>) -> Vec<FlameFrame> {
    let nodes = trace.subtree(top);
    let first = nodes.start;
    let mut frames: Vec<FlameFrame> = Vec::new();
    let mut positions: HashMap<(Option<usize>, &str, &str), usize> = HashMap::new();
    let mut frame_of: Vec<usize> = Vec::with_capacity(nodes.len());
    for index in nodes {
        let node = &trace.nodes()[index];
        let parent = match node.parent {
            Parent::Node(parent) if parent >= first => Some(frame_of[parent - first]),
            _ => None,
        };
        let key = (parent, node.span.service(), node.span.name.as_str());
        let position = *positions.entry(key).or_insert_with(|| {
            frames.push(FlameFrame {
                service: node.span.service().to_owned(),
                name: node.span.name.clone(),
                lane: node.lane,
                node: index,
                parent,
                depth: parent.map_or(0, |parent| frames[parent].depth + 1),
                count: 0,
                errors: 0,
                self_nano: 0,
                total_nano: 0,
                offset_nano: 0,
            });
            frames.len() - 1
        });
        let self_nano = trace.self_time_nano(index);
        let frame = &mut frames[position];
        frame.count += 1;
        frame.errors += usize::from(node.span.is_error());
        frame.self_nano = frame.self_nano.saturating_add(self_nano);
        frame.total_nano = frame.self_nano;
        frame_of.push(position);
    }
    frames
}

/// Orders frames depth first and sets their positions.
fn arrange(frames: &[FlameFrame]) -> Vec<FlameFrame> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); frames.len()];
    let mut stack = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        match frame.parent {
            Some(parent) => children[parent].push(index),
            None => stack.push(index),
        }
    }
    let by_width = |list: &mut Vec<usize>| {
        list.sort_by_key(|&index| (Reverse(frames[index].total_nano), frames[index].node));
        // The widest one is popped first.
        list.reverse();
    };
    by_width(&mut stack);
    let mut arranged: Vec<FlameFrame> = Vec::with_capacity(frames.len());
    let mut stack: Vec<(usize, Option<usize>)> =
        stack.into_iter().map(|index| (index, None)).collect();
    // The position after the last frame placed in each frame, and in the whole graph.
    let mut used: Vec<u64> = Vec::with_capacity(frames.len());
    let mut used_outside = 0_u64;
    while let Some((index, parent)) = stack.pop() {
        let width = frames[index].total_nano;
        let next = parent.map_or(&mut used_outside, |parent| &mut used[parent]);
        let offset_nano = *next;
        *next = offset_nano.saturating_add(width);
        let own = arranged.len();
        arranged.push(FlameFrame {
            parent,
            offset_nano,
            ..frames[index].clone()
        });
        used.push(offset_nano);
        let mut inner = std::mem::take(&mut children[index]);
        by_width(&mut inner);
        stack.extend(inner.into_iter().map(|child| (child, Some(own))));
    }
    arranged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::drawing::{TRACE, random_spans, trace};

    fn texts(graph: &FlameGraph) -> Vec<String> {
        let text = |frame: &FlameFrame| {
            format!(
                "{}{} ×{} {}+{}",
                "  ".repeat(frame.depth),
                frame.name,
                frame.count,
                frame.offset_nano,
                frame.total_nano
            )
        };
        graph.frames.iter().map(text).collect()
    }

    #[test]
    fn spans_with_one_path_of_names_share_a_frame() {
        let trace = trace(
            "
backend server feed 0..100
  backend internal load 0..30
    db client SELECT 10..30
  backend internal load 30..80
    db client SELECT 40..50
    db client count 50..55
",
        );
        let graph = FlameGraph::of(&trace, None);
        assert_eq!(
            texts(&graph),
            [
                "feed ×1 0+100",
                "  load ×2 0+80",
                "    SELECT ×2 0+30",
                "    count ×1 30+5",
            ]
        );
        assert_eq!((graph.total_nano, graph.levels), (100, 3));
        let load = FlameGraph::of(&trace, Some(3));
        assert_eq!(texts(&load)[0], "load ×1 0+50");
    }

    proptest! {
        #[test]
        fn frames_lie_side_by_side_within_their_parents(spans in random_spans()) {
            let trace = Trace::from_spans(TRACE.parse().unwrap(), spans);
            let graph = FlameGraph::of(&trace, None);
            let all: u64 = trace.statistics(None).iter().map(|name| name.self_nano).sum();
            prop_assert_eq!(graph.total_nano, all);
            let counted: usize = graph.frames.iter().map(|frame| frame.count).sum();
            prop_assert_eq!(counted, trace.nodes().len());
            let mut ends = vec![0; graph.frames.len()];
            let mut outside = 0;
            for (index, frame) in graph.frames.iter().enumerate() {
                let end = frame.offset_nano + frame.total_nano;
                let reached = frame.parent.map_or(&mut outside, |parent| &mut ends[parent]);
                prop_assert!(frame.offset_nano >= *reached);
                *reached = end;
                ends[index] = frame.offset_nano;
                if let Some(parent) = frame.parent {
                    let around = &graph.frames[parent];
                    prop_assert!(frame.offset_nano >= around.offset_nano);
                    prop_assert!(end <= around.offset_nano + around.total_nano);
                }
            }
        }
    }
}
