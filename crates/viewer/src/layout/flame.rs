//! The visible frames of a flame graph, and moving between them.

use trace_model::{FlameFrame, FlameGraph};

/// A frame on the screen. Its edges are fractions of the graph's width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FlameBox {
    /// The index of the frame.
    pub(crate) frame: usize,
    pub(crate) left: f64,
    pub(crate) width: f64,
    pub(crate) level: usize,
}

/// Narrower frames are not drawn.
const MIN_WIDTH: f64 = 0.001;

/// Returns the frames that are wide enough to be seen while `zoomed` fills the width. Those around
/// it fill the width, too.
pub(crate) fn boxes(graph: &FlameGraph, zoomed: Option<usize>) -> Vec<FlameBox> {
    let zoomed = zoomed.filter(|&index| index < graph.frames.len());
    let (start, width) = match zoomed {
        Some(index) => (
            graph.frames[index].offset_nano,
            graph.frames[index].total_nano,
        ),
        None => (0, graph.total_nano),
    };
    let around = ancestors(graph, zoomed);
    let position = |nanos: u64| nanos.saturating_sub(start) as f64 / width.max(1) as f64;
    let frames = graph.frames.iter().enumerate();
    let to_box = |(frame, own): (usize, &FlameFrame)| {
        let level = own.depth;
        if around.contains(&frame) {
            return Some(FlameBox {
                frame,
                left: 0.0,
                width: 1.0,
                level,
            });
        }
        let end = own.offset_nano + own.total_nano;
        let is_inside = own.offset_nano >= start && end <= start + width;
        let below = zoomed.is_none_or(|index| is_below(graph, frame, index));
        let (left, right) = (position(own.offset_nano), position(end));
        (is_inside && below && right - left >= MIN_WIDTH).then_some(FlameBox {
            frame,
            left,
            width: right - left,
            level,
        })
    };
    frames.filter_map(to_box).collect()
}

/// Returns the frames around a frame, and the frame itself.
fn ancestors(graph: &FlameGraph, frame: Option<usize>) -> Vec<usize> {
    std::iter::successors(frame, |&index| graph.frames[index].parent).collect()
}

/// Frames are depth first, so those below a frame follow it at greater depths.
fn is_below(graph: &FlameGraph, frame: usize, top: usize) -> bool {
    let depth = graph.frames[top].depth;
    frame > top
        && graph.frames[frame].depth > depth
        && graph.frames[frame].offset_nano >= graph.frames[top].offset_nano
}

/// A direction in which the focus moves between frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Out,
    In,
    Left,
    Right,
}

/// Returns the frame in a direction among the visible ones, if there is one.
pub(crate) fn neighbor(
    graph: &FlameGraph,
    boxes: &[FlameBox],
    from: usize,
    direction: Direction,
) -> Option<usize> {
    let position = boxes.iter().position(|own| own.frame == from)?;
    let parent = graph.frames[from].parent;
    let is_sibling = |own: &&FlameBox| graph.frames[own.frame].parent == parent;
    let found = match direction {
        Direction::Out => return parent,
        Direction::In => boxes
            .iter()
            .find(|own| graph.frames[own.frame].parent == Some(from)),
        Direction::Right => boxes[position + 1..].iter().find(is_sibling),
        Direction::Left => boxes[..position].iter().rev().find(is_sibling),
    };
    found.map(|own| own.frame)
}

#[cfg(test)]
mod tests {
    use trace_model::{Span, Trace};

    use super::*;

    fn graph() -> FlameGraph {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |(number, parent, name, start, end): (u8, u8, &str, u64, u64)| {
            let id = |number: u8| format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(trace_id, id(number), name);
            span.parent_span_id = (parent > 0).then(|| id(parent));
            (span.start_unix_nano, span.end_unix_nano) = (start, end);
            span
        };
        let spans = [
            (1, 0, "root", 0, 1_000),
            (2, 1, "wide", 0, 600),
            (3, 2, "inner", 0, 300),
            (4, 1, "narrow", 600, 800),
            (5, 1, "invisible", 900, 901),
        ];
        let trace = Trace::from_spans(trace_id, spans.map(span).to_vec());
        FlameGraph::of(&trace, None)
    }

    fn texts(zoomed: Option<usize>) -> Vec<String> {
        let graph = graph();
        let text = |own: &FlameBox| {
            format!(
                "{} {:.2}+{:.2}",
                graph.frames[own.frame].name, own.left, own.width
            )
        };
        boxes(&graph, zoomed).iter().map(text).collect()
    }

    #[test]
    fn frames_have_their_share_of_the_width() {
        assert_eq!(
            texts(None),
            [
                "root 0.00+1.00",
                "wide 0.00+0.60",
                "inner 0.00+0.30",
                "narrow 0.60+0.20",
                "invisible 0.80+0.00",
            ]
        );
    }

    #[test]
    fn a_zoomed_frame_fills_the_width_below_those_around_it() {
        assert_eq!(
            texts(Some(1)),
            ["root 0.00+1.00", "wide 0.00+1.00", "inner 0.00+0.50"]
        );
        assert_eq!(texts(Some(99)).len(), 5);
    }

    #[test]
    fn the_focus_moves_out_in_and_between_siblings() {
        let graph = graph();
        let all = boxes(&graph, None);
        let check = |from, direction, expected| {
            assert_eq!(neighbor(&graph, &all, from, direction), expected);
        };
        check(0, Direction::In, Some(1));
        check(1, Direction::Right, Some(3));
        check(3, Direction::Left, Some(1));
        check(2, Direction::Out, Some(1));
        check(0, Direction::Out, None);
        check(2, Direction::In, None);
    }
}
