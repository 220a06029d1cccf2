//! The fields of an event, read once for both formats.

use std::{error::Error, fmt};

use serde::{Serialize, Serializer};
use serde_json::{Number, Value};
use tracing::field::{Field, Visit};

use crate::error_chain;

/// The name that `tracing` gives to the message.
const MESSAGE: &str = "message";

/// The message and the other fields of an event, in the order of the macro.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) message: String,
    pub(crate) others: Others,
}

/// All fields but the message. As JSON, an object.
#[derive(Debug, Default)]
pub(crate) struct Others(pub(crate) Vec<(&'static str, Value)>);

impl Others {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Others {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Fields {
    pub(crate) fn of(event: &tracing::Event<'_>) -> Self {
        let mut fields = Self::default();
        event.record(&mut fields);
        fields
    }

    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.others.0.push((field.name(), value.into()));
    }

    fn insert_text(&mut self, field: &Field, text: String) {
        if field.name() == MESSAGE {
            self.message = text;
        } else {
            self.insert(field, text);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.insert_text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert_text(field, value.to_owned());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match Number::from_f64(value) {
            Some(number) => self.insert(field, number),
            // JSON has no number for infinities and NaN.
            None => self.insert(field, value.to_string()),
        }
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.insert_text(field, error_chain(error));
    }
}
