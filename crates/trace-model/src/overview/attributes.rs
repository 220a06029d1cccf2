//! The attributes of stored traces, for completing a query.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{Attributes, Span, Value};

/// The size limit of a value, in bytes. Longer values are left out, because completion is of no use for them.
const MAX_VALUE_BYTES: usize = 200;

/// The keys of attributes, or the values of one key, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeNames {
    pub names: Vec<AttributeName>,
    /// The number of traces that were read: the newest ones.
    pub traces: u64,
    /// The time limit was reached before all of them were read.
    pub cut_short: bool,
}

/// A key or a value, and the number of traces with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeName {
    pub name: String,
    pub traces: u64,
}

/// Counts the keys of attributes, or the values of one key.
#[derive(Debug, Default)]
pub struct AttributeTable {
    key: Option<String>,
    counts: HashMap<String, u64>,
    traces: u64,
}

impl AttributeTable {
    /// Creates a table of the values of `key`, or of all keys.
    #[must_use]
    pub fn new(key: Option<String>) -> Self {
        Self {
            key,
            ..Self::default()
        }
    }

    /// Adds the spans of a trace.
    pub fn add(&mut self, spans: &[Span]) {
        let mut names = HashSet::new();
        for span in spans {
            self.collect(&span.attributes, &mut names);
            self.collect(&span.resource.attributes, &mut names);
            for event in &span.events {
                self.collect(&event.attributes, &mut names);
            }
        }
        for name in names {
            *self.counts.entry(name).or_default() += 1;
        }
        self.traces += 1;
    }

    fn collect(&self, attributes: &Attributes, names: &mut HashSet<String>) {
        for attribute in &attributes.0 {
            let Some(key) = &self.key else {
                if !names.contains(&attribute.key) {
                    names.insert(attribute.key.clone());
                }
                continue;
            };
            let is_plain = !matches!(attribute.value, Value::Array(_) | Value::Map(_));
            if *key == attribute.key && is_plain {
                let value = attribute.value.to_string();
                if value.len() <= MAX_VALUE_BYTES {
                    names.insert(value);
                }
            }
        }
    }

    /// Returns the most frequent names.
    #[must_use]
    pub fn finish(self, limit: usize) -> AttributeNames {
        let names = self.counts.into_iter();
        let mut names: Vec<_> = names
            .map(|(name, traces)| AttributeName { name, traces })
            .collect();
        names.sort_by(|a, b| {
            let most = b.traces.cmp(&a.traces);
            most.then_with(|| a.name.cmp(&b.name))
        });
        names.truncate(limit);
        AttributeNames {
            names,
            traces: self.traces,
            cut_short: false,
        }
    }
}
