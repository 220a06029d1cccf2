//! The flame graph: self times by path of names. Arrow keys move between frames, Enter zooms.

use trace_model::{FlameFrame, FlameGraph as Graph, Trace};
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::{
    attributes::MoreButton,
    span_row::{display_name, lane_class},
};
use crate::{
    format,
    layout::flame::{self, Direction, FlameBox},
    shared::Shared,
    text,
};

/// The number of frames in the table at first, and added by each "Show more".
const FRAMES_PER_PAGE: usize = 200;

/// The height of a level in rem.
const LEVEL_REM: f64 = 1.5;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FlameGraphProps {
    pub(crate) trace: Shared<Trace>,
    /// The span whose subtree is shown.
    pub(crate) top: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn FlameGraph(props: &FlameGraphProps) -> Html {
    let graph = use_memo((props.trace.clone(), props.top), |(trace, top)| {
        Shared::new(Graph::of(trace, *top))
    });
    let graph = (*graph).clone();
    let zoomed = use_state_eq(|| None::<usize>);
    let focused = use_state_eq(|| 0_usize);
    let tree = use_node_ref();
    let boxes = flame::boxes(&graph, *zoomed);
    let on_open = {
        let (zoomed, focused, graph) = (zoomed.clone(), focused.clone(), graph.clone());
        props.on_select.reform(move |frame: usize| {
            // A second click on the zoomed frame shows its parent again.
            let next = if *zoomed == Some(frame) {
                graph.frames[frame].parent
            } else {
                Some(frame)
            };
            zoomed.set(next);
            focused.set(frame);
            graph.frames[frame].node
        })
    };
    let onkeydown = on_key(&graph, &boxes, &focused, &tree);
    let hidden = graph.frames.len() - boxes.len();
    let height = format!("height:{}rem", graph.levels as f64 * LEVEL_REM);
    html! {
        <section class="flame" aria-label="Flame graph">
            <p class="muted">
                { "Self times by path of names: a frame is as wide as the time of its spans and of those below them." }
                if zoomed.is_none() && hidden > 0 {
                    { format!(" {} too narrow to be drawn: zoom in, or use the table.", format::quantity(hidden, "frame")) }
                }
                if zoomed.is_some() {
                    <button class="text-button" onclick={let zoomed = zoomed.clone(); move |_| zoomed.set(None)}>{ "Whole trace" }</button>
                }
            </p>
            <div class="flame-scroll">
                <div class="frames" ref={tree} role="tree" aria-label="Frames" style={height} {onkeydown}>
                    for own in &boxes {
                        { frame(&graph, own, *focused, &on_open) }
                    }
                </div>
            </div>
            <Table {graph} on_select={props.on_select.clone()} />
        </section>
    }
}

fn frame(graph: &Graph, own: &FlameBox, focused: usize, on_open: &Callback<usize>) -> Html {
    let index = own.frame;
    let frame = &graph.frames[index];
    let style = format!(
        "left:{:.3}%;width:{:.3}%;top:{}rem",
        own.left * 100.0,
        own.width * 100.0,
        own.level as f64 * LEVEL_REM
    );
    let title = description(graph, frame);
    html! {
        <button key={index} class={classes!("frame", lane_class(frame.lane), (frame.errors > 0).then_some("error"))}
            role="treeitem" aria-level={(frame.depth + 1).to_string()} aria-selected={(index == focused).to_string()} tabindex={if index == focused { "0" } else { "-1" }}
            data-frame={index.to_string()} aria-label={title.clone()} {title} {style} onclick={on_open.reform(move |_| index)}>
            { text::name(display_name(&frame.name)) }
        </button>
    }
}

/// Describes a frame: `SELECT ×34 · shop · 120 ms, 71 %, self 100 ms`.
fn description(graph: &Graph, frame: &FlameFrame) -> String {
    let share = frame.total_nano as f64 / graph.total_nano.max(1) as f64;
    format!(
        "{} ×{} · {} · {}, {}, self {}",
        text::isolated(display_name(&frame.name)),
        format::count(frame.count as u64),
        text::isolated(&frame.service),
        format::duration(frame.total_nano),
        format::percent(share),
        format::duration(frame.self_nano)
    )
}

/// Moves the focus with the arrow keys.
fn on_key(
    graph: &Shared<Graph>,
    boxes: &[FlameBox],
    focused: &UseStateHandle<usize>,
    tree: &NodeRef,
) -> Callback<KeyboardEvent> {
    let (graph, boxes) = (graph.clone(), boxes.to_vec());
    let (focused, tree) = (focused.clone(), tree.clone());
    Callback::from(move |event: KeyboardEvent| {
        let direction = match event.key().as_str() {
            "ArrowUp" => Direction::Out,
            "ArrowDown" => Direction::In,
            "ArrowLeft" => Direction::Left,
            "ArrowRight" => Direction::Right,
            _ => return,
        };
        // Otherwise the page would scroll.
        event.prevent_default();
        if let Some(next) = flame::neighbor(&graph, &boxes, *focused, direction) {
            focused.set(next);
            focus(&tree, next);
        }
    })
}

fn focus(tree: &NodeRef, frame: usize) {
    let tree = tree.cast::<web_sys::Element>();
    let found = tree.and_then(|tree| {
        let selector = format!("[data-frame=\"{frame}\"]");
        tree.query_selector(&selector).ok().flatten()
    });
    if let Some(element) =
        found.and_then(|found| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(found).ok())
    {
        // If it fails, the focus stays where it is.
        let _ = element.focus();
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TableProps {
    graph: Shared<Graph>,
    on_select: Callback<usize>,
}

/// The same frames as a table.
#[component]
fn Table(props: &TableProps) -> Html {
    let shown = use_state_eq(|| FRAMES_PER_PAGE);
    let graph = &props.graph;
    let row = |(index, frame): (usize, &FlameFrame)| {
        let node = frame.node;
        let share = frame.total_nano as f64 / graph.total_nano.max(1) as f64;
        html! {
            <tr key={index} class={lane_class(frame.lane)}>
                <th scope="row" style={format!("padding-left:{:.2}rem", frame.depth.min(20) as f64 * 0.75)}>
                    <button class="name-button" onclick={props.on_select.reform(move |_| node)}>
                        <i class="swatch" aria-hidden="true" />{ text::name(display_name(&frame.name)) }
                    </button>
                </th>
                <td class="number">{ format::count(frame.depth as u64 + 1) }</td>
                <td>{ text::name(&frame.service) }</td>
                <td class="number">{ format::count(frame.count as u64) }</td>
                <td class="number">{ format::duration(frame.total_nano) }</td>
                <td class="number">{ format::percent(share) }</td>
                <td class="number">{ format::duration(frame.self_nano) }</td>
            </tr>
        }
    };
    html! {
        <details class="flame-table">
            <summary>{ "The same as a table" }</summary>
            <div class="figures" tabindex="0" role="region" aria-label="Frames as a table">
                <table>
                    <thead><tr>
                        <th scope="col">{ "Span" }</th>
                        <th scope="col" class="number">{ "Level" }</th>
                        <th scope="col">{ "Service" }</th>
                        <th scope="col" class="number">{ "Spans" }</th>
                        <th scope="col" class="number">{ "Width" }</th>
                        <th scope="col" class="number">{ "Share" }</th>
                        <th scope="col" class="number">{ "Self" }</th>
                    </tr></thead>
                    <tbody>{ for graph.frames.iter().enumerate().take(*shown).map(row) }</tbody>
                </table>
                <MoreButton shown={shown.clone()} count={graph.frames.len()} page={FRAMES_PER_PAGE} />
            </div>
        </details>
    }
}
