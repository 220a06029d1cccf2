//! The features of one trace.

use std::collections::HashMap;

use super::{FindingKind, feature::Feature};
use crate::{Attributes, Parent, Span, Trace, Value};

/// The size limit of a value, in bytes. A longer one is compared by its beginning.
const MAX_VALUE_BYTES: usize = 512;

/// Values of one attribute in a trace. More are no feature of the trace.
const MAX_ELEMENTS: usize = 16;

/// Clocks differ by more than this, in nanoseconds, if a span is outside of its parent's time.
const MIN_CLOCK_DIFFERENCE: u64 = 5_000_000;

/// Product tokens of user agents, most specific first: most browsers claim to be others, too.
const BROWSERS: [&str; 7] = [
    "Edg",
    "OPR",
    "SamsungBrowser",
    "Firefox",
    "CriOS",
    "Chrome",
    "Version",
];

/// The features of one trace.
#[derive(Debug, Default)]
pub(super) struct Features {
    pub(super) present: Vec<Feature>,
    /// The features among `present` that are properties of the root or of a resource: they were
    /// known before the time was spent.
    pub(super) context: Vec<Feature>,
    pub(super) numbers: Vec<(Feature, f64)>,
    /// The time without children, by the spans' names, in nanoseconds.
    pub(super) self_times: HashMap<String, u64>,
}

impl Features {
    pub(super) fn of(trace: &Trace) -> Self {
        let mut features = Self::default();
        let mut largest: HashMap<&str, f64> = HashMap::new();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        let mut self_times: HashMap<&str, u64> = HashMap::new();
        let mut resources: Vec<*const crate::Resource> = Vec::new();
        if let Some(main) = trace.main_node() {
            let name = Feature::new(FindingKind::RootName, &main.span.name, "");
            features.present.push(name);
        }
        for (index, node) in trace.nodes().iter().enumerate() {
            let span = &node.span;
            *counts.entry(&span.name).or_default() += 1;
            *self_times.entry(&span.name).or_default() += trace.self_time_nano(index);
            if span.is_error() {
                let failed = Feature::new(FindingKind::SpanFailed, &span.name, "");
                features.present.push(failed);
            }
            if is_clock_off(trace, index) {
                let off = Feature::new(FindingKind::ClockOff, span.service(), "");
                features.present.push(off);
            }
            let is_root = index == 0;
            features.add_attributes(&span.attributes, is_root, &mut largest);
            for event in &span.events {
                features.add_attributes(&event.attributes, false, &mut largest);
            }
            // Most spans share a few resources.
            let resource = std::sync::Arc::as_ptr(&span.resource);
            if !resources.contains(&resource) {
                resources.push(resource);
                features.add_attributes(&span.resource.attributes, true, &mut largest);
            }
        }
        for (name, count) in counts {
            let present = Feature::new(FindingKind::SpanPresent, name, "");
            features.present.push(present);
            let feature = Feature::new(FindingKind::SpanCount, name, "");
            features.numbers.push((feature, count as f64));
        }
        for (name, nanos) in self_times {
            let feature = Feature::new(FindingKind::SelfTime, name, "");
            features.numbers.push((feature, nanos as f64));
            features.self_times.insert(name.to_owned(), nanos);
        }
        for (key, number) in largest {
            let feature = Feature::new(FindingKind::Number, key, "");
            features.numbers.push((feature, number));
        }
        features
    }

    fn add_attributes<'a>(
        &mut self,
        attributes: &'a Attributes,
        is_context: bool,
        largest: &mut HashMap<&'a str, f64>,
    ) {
        let first = self.present.len();
        for attribute in &attributes.0 {
            self.add_value(&attribute.key, &attribute.value);
            if let Value::Int(_) | Value::Double(_) = attribute.value
                && let Some(number) = attribute.value.as_double()
            {
                let known = largest.entry(&attribute.key).or_insert(number);
                *known = known.max(number);
            }
        }
        if is_context {
            self.context.extend_from_slice(&self.present[first..]);
        }
    }

    fn add_value(&mut self, key: &str, value: &Value) {
        match value {
            // The values of a fraction hardly ever repeat.
            Value::Double(_) | Value::Empty | Value::Bytes(_) => {}
            Value::Array(values) => {
                for value in values.iter().take(MAX_ELEMENTS) {
                    self.add_value(key, value);
                }
            }
            value => {
                let text = value.to_string();
                let end = text.floor_char_boundary(MAX_VALUE_BYTES);
                let kind = FindingKind::Attribute;
                self.present.push(Feature::new(kind, key, &text[..end]));
                if key == "user_agent.original" {
                    self.present.extend(browser(&text));
                }
            }
        }
    }
}

/// Returns the browser and its major version.
fn browser(user_agent: &str) -> Option<Feature> {
    let mut products = user_agent.split_whitespace();
    let tokens: Vec<_> = products
        .by_ref()
        .filter_map(|product| product.split_once('/'))
        .collect();
    let of_browser = |browser: &&str| tokens.iter().find(|(name, _)| name == browser);
    let (name, version) = BROWSERS.iter().find_map(of_browser)?;
    let major = version.split('.').next().unwrap_or(version);
    Some(Feature::new(
        FindingKind::Browser,
        "user_agent.original",
        &format!("{name} {major}"),
    ))
}

/// Whether a span had to be shifted into its call, or another one is outside of its parent's time.
fn is_clock_off(trace: &Trace, index: usize) -> bool {
    let node = &trace.nodes()[index];
    let Parent::Node(parent) = node.parent else {
        return false;
    };
    let parent = &trace.nodes()[parent];
    if parent.span.service() == node.span.service() && same_host(&parent.span, &node.span) {
        return false;
    }
    let own = node.span.interval();
    let around = parent.span.interval();
    let before = around.start.saturating_sub(own.start);
    let after = own.start.saturating_sub(around.end);
    node.clock_shift_nano.unsigned_abs().max(before).max(after) > MIN_CLOCK_DIFFERENCE
}

fn same_host(one: &Span, other: &Span) -> bool {
    let host = |span: &Span| span.resource.attributes.get("host.name").cloned();
    host(one) == host(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browser_is_the_most_specific_product_of_a_user_agent() {
        let name = |text| browser(text).map(|feature| feature.value);
        let chrome = "Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        assert_eq!(name(chrome).as_deref(), Some("Chrome 131"));
        let edge = format!("{chrome} Edg/130.1");
        assert_eq!(name(&edge).as_deref(), Some("Edg 130"));
        let safari = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15";
        assert_eq!(name(safari).as_deref(), Some("Version 17"));
        assert_eq!(name("curl/8.5.0"), None);
    }
}
