//! Attributes of a span or a log record, with a copy button for each value.

use trace_model::{Attribute, Log, Node, Trace, Value, json};
use yew::prelude::*;

use super::{copy_button::CopyButton, long_text::LongText};
use crate::{format, layout::log_rows::TraceLogs, shared::Shared, text};

/// The number of attributes shown at first, and added by each "Show more".
const ATTRIBUTES_PER_PAGE: usize = 50;

/// Longer texts are not indented as JSON.
const MAX_PRETTY_BYTES: usize = 200_000;

/// Longer texts cannot be mistaken for a number, and are not quoted.
const MAX_QUOTED_BYTES: usize = 100;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct FieldProps {
    pub(crate) name: AttrValue,
    pub(crate) value: AttrValue,
    /// An explanation, or a more precise value.
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    /// Whether the value is invalid.
    #[prop_or_default]
    pub(crate) warn: bool,
}

/// A field that every span has.
#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    html! {
        <div class="field" title={props.title.clone()}>
            <dt>{ &props.name }</dt>
            <dd class={props.warn.then_some("warn")}>{ text::name(&props.value) }</dd>
        </div>
    }
}

/// The part of a span whose attributes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Span,
    Resource,
    Event(usize),
    Link(usize),
}

impl Source {
    fn attributes(self, node: &Node) -> &[Attribute] {
        let span = &node.span;
        let attributes = match self {
            Self::Span => Some(&span.attributes),
            Self::Resource => Some(&span.resource.attributes),
            Self::Event(number) => span.events.get(number).map(|event| &event.attributes),
            Self::Link(number) => span.links.get(number).map(|link| &link.attributes),
        };
        attributes.map_or(&[], |attributes| &attributes.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AttributeListProps {
    pub(crate) title: AttrValue,
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
    pub(crate) source: Source,
    /// Keys that are not shown.
    #[prop_or_default]
    pub(crate) excluded: &'static [&'static str],
}

#[component]
pub(crate) fn AttributeList(props: &AttributeListProps) -> Html {
    let shown = use_state_eq(|| ATTRIBUTES_PER_PAGE);
    let entries = props.source.attributes(&props.trace.nodes()[props.index]);
    let copied = |number: usize| {
        let (trace, index, source) = (props.trace.clone(), props.index, props.source);
        Callback::from(move |()| copied(source.attributes(&trace.nodes()[index]).get(number)))
    };
    list(&props.title, entries, props.excluded, shown, copied)
}

/// The part of a log record whose attributes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogPart {
    Record,
    Resource,
}

impl LogPart {
    fn attributes(self, log: &Log) -> &[Attribute] {
        match self {
            Self::Record => &log.attributes.0,
            Self::Resource => &log.resource.attributes.0,
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LogAttributesProps {
    pub(crate) title: AttrValue,
    pub(crate) logs: Shared<TraceLogs>,
    pub(crate) index: usize,
    pub(crate) part: LogPart,
}

/// Attributes of a log record.
#[component]
pub(crate) fn LogAttributes(props: &LogAttributesProps) -> Html {
    let shown = use_state_eq(|| ATTRIBUTES_PER_PAGE);
    let entries = props.part.attributes(&props.logs.logs[props.index]);
    let copied = |number: usize| {
        let (logs, index, part) = (props.logs.clone(), props.index, props.part);
        Callback::from(move |()| copied(part.attributes(&logs.logs[index]).get(number)))
    };
    list(&props.title, entries, &[], shown, copied)
}

/// Returns the text of a value for the clipboard.
fn copied(entry: Option<&Attribute>) -> String {
    entry.map_or_else(String::new, |entry| entry.value.to_json_or_text())
}

/// `copied` returns the callback that makes the text of the attribute with this number.
fn list(
    title: &AttrValue,
    entries: &[Attribute],
    excluded: &[&str],
    shown: UseStateHandle<usize>,
    copied: impl Fn(usize) -> Callback<(), String>,
) -> Html {
    let is_included = |entry: &&Attribute| !excluded.contains(&entry.key.as_str());
    let count = entries.iter().filter(is_included).count();
    if count == 0 {
        return html! {};
    }
    let entries = entries.iter().enumerate();
    let entries = entries.filter(|(_, entry)| is_included(entry)).take(*shown);
    html! {
        <section class="attributes">
            <h3>{ title }<span class="count">{ format::count(count as u64) }</span></h3>
            <dl>{ for entries.map(|(number, entry)| row(number, entry, copied(number))) }</dl>
            <MoreButton {shown} {count} page={ATTRIBUTES_PER_PAGE} />
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MoreButtonProps {
    pub(crate) shown: UseStateHandle<usize>,
    pub(crate) count: usize,
    pub(crate) page: usize,
}

/// A button that shows one more page of a list, if there is one.
#[component]
pub(crate) fn MoreButton(props: &MoreButtonProps) -> Html {
    let rest = props.count.saturating_sub(*props.shown);
    if rest == 0 {
        return html! {};
    }
    let (shown, page) = (props.shown.clone(), props.page);
    let onclick = Callback::from(move |_| shown.set(*shown + page));
    html! {
        <button class="text-button more" {onclick}>
            { format!("Show {} of {} more", page.min(rest), format::count(rest as u64)) }
        </button>
    }
}

/// `number` is the key of the row, because an attribute's key may occur twice.
fn row(number: usize, entry: &Attribute, make_text: Callback<(), String>) -> Html {
    let key = text::truncate(&entry.key, text::MAX_NAME_CHARS);
    let (class, kind) = class_and_type(&entry.value);
    let text = display(&entry.value);
    // Indented lines must be left-aligned.
    let class = classes!(class, text.contains('\n').then_some("json"));
    html! {
        <div key={number} class="attribute">
            <dt><bdi>{ for key.split_inclusive(['.', '_']).map(breakable) }</bdi></dt>
            <dd title={kind}>
                <LongText {class} {text} />
                <CopyButton {make_text} label={format!("Copy the value of {}", text::isolated(&entry.key))} />
            </dd>
        </div>
    }
}

/// Allows a line break after each word of a long key.
fn breakable(word: &str) -> Html {
    html! { <>{ word }<wbr /></> }
}

/// Formats a value so that its type is visible: a text that could be a number or a boolean is in
/// quotes, an array or map is JSON.
pub(super) fn display(value: &Value) -> AttrValue {
    match value {
        Value::Empty => "(no value)".into(),
        Value::String(text) if is_ambiguous(text) => format!("\"{text}\"").into(),
        Value::String(text) if text.len() <= MAX_PRETTY_BYTES => {
            json::pretty(text).unwrap_or_else(|| text.clone()).into()
        }
        Value::String(text) => text.clone().into(),
        Value::Array(_) | Value::Map(_) => {
            let text = value.to_string();
            let short = text.len() <= MAX_PRETTY_BYTES;
            short
                .then(|| json::pretty(&text))
                .flatten()
                .unwrap_or(text)
                .into()
        }
        Value::Bytes(base64) => format!("base64 {base64}").into(),
        value => value.to_string().into(),
    }
}

fn is_ambiguous(text: &str) -> bool {
    text.is_empty()
        || matches!(text, "true" | "false" | "null")
        || text.len() <= MAX_QUOTED_BYTES && (text.parse::<f64>().is_ok() || text.trim() != text)
}

const fn class_and_type(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Bool(_) => ("value literal", "boolean"),
        Value::Int(_) => ("value literal", "integer"),
        Value::Double(_) => ("value literal", "floating-point number"),
        Value::Array(_) => ("value", "array"),
        Value::Map(_) => ("value", "map"),
        Value::Bytes(_) => ("value", "bytes"),
        Value::String(_) => ("value", "string"),
        _ => ("value muted", "no value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_different_types_have_different_texts() {
        let check = |value: Value, text: &str| assert_eq!(display(&value).as_str(), text);
        check(Value::from("Like"), "Like");
        check(Value::from("1"), "\"1\"");
        check(Value::Int(1), "1");
        check(Value::from("true"), "\"true\"");
        check(Value::Bool(true), "true");
        check(Value::from(""), "\"\"");
        check(Value::from(" a"), "\" a\"");
        check(Value::from("NaN"), "\"NaN\"");
        check(Value::Double(f64::NAN), "NaN");
        check(Value::Empty, "(no value)");
        check(Value::Bytes("AAE=".to_owned()), "base64 AAE=");
        check(Value::Array(vec!["1".into(), 1.into()]), r#"["1", 1]"#);
        check(Value::from(r#"{"b":1,"a":[2]}"#), r#"{"b": 1, "a": [2]}"#);
        check(Value::from("[ERROR] no"), "[ERROR] no");
    }
}
