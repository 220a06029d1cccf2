//! How a page spent the time of an interaction: before, in and after its listeners, and in long frames.

use trace_model::{Node, Value};
use yew::prelude::*;

use super::attributes::Field;
use crate::{format, text};

const NANOS_PER_MS: f64 = 1e6;

/// The parts of an interaction: the attribute, the name, and the explanation.
const PARTS: [(&str, &str, &str); 3] = [
    (
        "browser.interaction.input_delay",
        "input delay",
        "The page was busy with something else until its first listener ran",
    ),
    (
        "browser.interaction.processing_duration",
        "in listeners",
        "The page ran its listeners of this interaction",
    ),
    (
        "browser.interaction.presentation_delay",
        "presentation",
        "The browser computed the layout and painted the frame after the listeners",
    ),
];

const FRAME: &str = "browser.long_animation_frame.duration";
const FRAMES: &str = "browser.long_animation_frame.count";
const SCRIPT_FUNCTION: &str = "browser.long_animation_frame.script.function";
const SCRIPT_URL: &str = "browser.long_animation_frame.script.url";

/// The fields of a span that has such attributes.
pub(super) fn page_time(node: &Node) -> Html {
    let attributes = &node.span.attributes;
    let milliseconds = |key: &str| attributes.get(key).and_then(Value::as_double);
    let part = |(key, name, title): (&str, &'static str, &'static str)| {
        let value = format_ms(milliseconds(key)?);
        Some(html! { <Field key={name} {name} {value} {title} /> })
    };
    html! {
        <>
            { for PARTS.into_iter().filter_map(part) }
            if let Some(longest) = milliseconds(FRAME) {
                <Field key="long frame" name="longest frame" value={format_ms(longest)} title={frame_title(node)} />
                if let Some(script) = script(node) {
                    <Field key="script" name="script in it" value={script} title="The script that ran longest in that frame" />
                }
            }
        </>
    }
}

fn format_ms(milliseconds: f64) -> String {
    format::duration((milliseconds.max(0.0) * NANOS_PER_MS) as u64)
}

fn frame_title(node: &Node) -> String {
    let frames = node.span.attributes.get(FRAMES).and_then(Value::as_int);
    let frames = usize::try_from(frames.unwrap_or(1)).unwrap_or(1);
    let others = format::quantity(frames, "frame");
    format!("{others} of 50 ms or more delayed this action: the page could not react meanwhile")
}

/// Describes the part of a bar that is the longest frame.
pub(super) fn long_frame(node: &Node) -> String {
    let duration = node.span.attributes.get(FRAME).and_then(Value::as_double);
    let duration = format_ms(duration.unwrap_or_default());
    let script = script(node).map_or(String::new(), |script| format!(", most of it in {script}"));
    format!("A frame of {duration}{script}: the page could not react meanwhile")
}

/// Names the function and the file.
fn script(node: &Node) -> Option<String> {
    let attributes = &node.span.attributes;
    let function = attributes.text(SCRIPT_FUNCTION);
    let file = attributes.text(SCRIPT_URL);
    let file = file.map(|url| url.rsplit('/').next().unwrap_or(url));
    match (function, file) {
        (None, None) => None,
        (Some(name), None) | (None, Some(name)) => Some(text::isolated(name)),
        (Some(function), Some(file)) => {
            let (function, file) = (text::isolated(function), text::isolated(file));
            Some(format!("{function} ({file})"))
        }
    }
}
