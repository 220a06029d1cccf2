//! Keys and values, each value one click from the clipboard.

use trace_model::{Attribute, Node, Trace, Value, json};
use yew::prelude::*;

use super::{copy::CopyButton, long_text::LongText};
use crate::{format, shared::Shared, text};

/// How many attributes are shown at first, and with each "Show more".
const PAGE: usize = 50;

/// A text up to here is shown as JSON if it is some, in bytes.
const MAX_PRETTY_BYTES: usize = 200_000;

/// A longer text is not mistaken for a number or an empty one, in bytes.
const MAX_QUOTED_BYTES: usize = 100;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct FactProps {
    pub(crate) name: AttrValue,
    pub(crate) value: AttrValue,
    /// What the value means, or says more exactly.
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    /// Something is wrong with it.
    #[prop_or_default]
    pub(crate) warn: bool,
}

/// One thing that holds for every span.
#[component]
pub(crate) fn Fact(props: &FactProps) -> Html {
    html! {
        <div class="fact" title={props.title.clone()}>
            <dt>{ &props.name }</dt>
            <dd class={props.warn.then_some("warn")}>{ text::name(&props.value) }</dd>
        </div>
    }
}

/// Whose attributes: of a span, or of something in it.
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
    /// Keys that are shown elsewhere.
    #[prop_or_default]
    pub(crate) without: &'static [&'static str],
}

#[component]
pub(crate) fn AttributeList(props: &AttributeListProps) -> Html {
    let shown = use_state_eq(|| PAGE);
    let entries = props.source.attributes(&props.trace.nodes()[props.index]);
    let is_here = |entry: &&Attribute| !props.without.contains(&entry.key.as_str());
    let count = entries.iter().filter(is_here).count();
    if count == 0 {
        return html! { <section class="no-attributes" /> };
    }
    let entries = entries.iter().enumerate();
    let entries = entries.filter(|(_, entry)| is_here(entry)).take(*shown);
    html! {
        <section class="attributes">
            <h3>{ &props.title }<span class="count">{ format::count(count as u64) }</span></h3>
            <dl>{ for entries.map(|(number, entry)| line(props, number, entry)) }</dl>
            <MoreButton {shown} {count} page={PAGE} />
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MoreButtonProps {
    pub(crate) shown: UseStateHandle<usize>,
    pub(crate) count: usize,
    pub(crate) page: usize,
}

/// Lets a list grow by a page, where there is more of it.
#[component]
pub(crate) fn MoreButton(props: &MoreButtonProps) -> Html {
    let rest = props.count.saturating_sub(*props.shown);
    if rest == 0 {
        return html! { <span class="no-more" /> };
    }
    let (shown, page) = (props.shown.clone(), props.page);
    let onclick = Callback::from(move |_| shown.set(*shown + page));
    html! {
        <button class="clear more" {onclick}>
            { format!("Show {} of {} more", page.min(rest), format::count(rest as u64)) }
        </button>
    }
}

/// A key may come twice: the number tells them apart.
fn line(props: &AttributeListProps, number: usize, entry: &Attribute) -> Html {
    let (trace, index, source) = (props.trace.clone(), props.index, props.source);
    let make = Callback::from(move |()| {
        let entry = source.attributes(&trace.nodes()[index]).get(number);
        entry.map_or_else(String::new, |entry| entry.value.to_json_or_text())
    });
    let key = text::cut(&entry.key, text::MAX_NAME_CHARS);
    let (class, kind) = class(&entry.value);
    let text = shown(&entry.value);
    // Lines that are indented begin at the left.
    let class = classes!(class, text.contains('\n').then_some("json"));
    html! {
        <div key={number} class="attribute">
            <dt><bdi>{ for key.split_inclusive(['.', '_']).map(breakable) }</bdi></dt>
            <dd title={kind}>
                <LongText {class} {text} />
                <CopyButton {make} label={format!("Copy the value of {}", text::isolated(&entry.key))} />
            </dd>
        </div>
    }
}

/// A long key goes on in the next line where one of its words begins.
fn breakable(word: &str) -> Html {
    html! { <>{ word }<wbr /></> }
}

/// The value so that its type can be told: a text that reads like a number or a truth value is
/// in quotes, an array or map is JSON.
pub(crate) fn shown(value: &Value) -> AttrValue {
    match value {
        Value::Empty => "(no value)".into(),
        Value::String(text) if reads_as_literal(text) => format!("\"{text}\"").into(),
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

fn reads_as_literal(text: &str) -> bool {
    text.is_empty()
        || matches!(text, "true" | "false" | "null")
        || text.len() <= MAX_QUOTED_BYTES && (text.parse::<f64>().is_ok() || text.trim() != text)
}

const fn class(value: &Value) -> (&'static str, &'static str) {
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
    fn the_type_of_a_value_can_be_told_from_its_text() {
        let check = |value: Value, text: &str| assert_eq!(shown(&value).as_str(), text);
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
