//! Keys and values, each value one click from the clipboard.

use trace_model::{Attribute, Attributes, Value};
use yew::prelude::*;

use super::copy::CopyButton;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct FactProps {
    pub(crate) name: AttrValue,
    pub(crate) value: AttrValue,
}

/// One thing that holds for every span.
#[component]
pub(crate) fn Fact(props: &FactProps) -> Html {
    html! {
        <div class="fact">
            <dt>{ &props.name }</dt>
            <dd>{ &props.value }</dd>
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct AttributeListProps {
    pub(crate) title: AttrValue,
    pub(crate) attributes: Attributes,
}

#[component]
pub(crate) fn AttributeList(props: &AttributeListProps) -> Html {
    let entries = &props.attributes.0;
    if entries.is_empty() {
        return html! { <section class="no-attributes" /> };
    }
    html! {
        <section class="attributes">
            <h3>{ &props.title }<span class="count">{ entries.len() }</span></h3>
            <dl>{ for entries.iter().enumerate().map(|(number, entry)| line(number, entry)) }</dl>
        </section>
    }
}

/// A key may come twice: the number tells them apart.
fn line(number: usize, entry: &Attribute) -> Html {
    let value = entry.value.to_string();
    html! {
        <div key={format!("{number} {}", entry.key)} class="attribute">
            <dt>{ for entry.key.split_inclusive(['.', '_']).map(breakable) }</dt>
            <dd>
                <span class={class(&entry.value)}>{ shown(&value) }</span>
                <CopyButton text={value.clone()} label={format!("Copy the value of {}", entry.key)} />
            </dd>
        </div>
    }
}

/// A long key goes on in the next line where one of its words begins.
fn breakable(word: &str) -> Html {
    html! { <>{ word }<wbr /></> }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

const fn class(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Double(_) => "value literal",
        _ => "value",
    }
}
