//! Nanoseconds as decimal strings, for `#[serde(with = "nanos")]`.
//!
//! OTLP JSON writes them so, because a JavaScript number loses the last digits of a current time.
//! Plain numbers are also read.

use serde::{Deserialize, Deserializer, Serializer, de};

pub(crate) fn serialize<S: Serializer>(nanos: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(nanos)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match StringOrNumber::deserialize(deserializer)? {
        StringOrNumber::Number(nanos) => Ok(nanos),
        StringOrNumber::String(text) => text.parse().map_err(|_| {
            let found = de::Unexpected::Str(&text);
            de::Error::invalid_value(found, &"nanoseconds as decimal digits")
        }),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StringOrNumber {
    Number(u64),
    String(String),
}

/// For `#[serde(with = "nanos::optional", default)]`: absent and `null` become `None`.
pub(crate) mod optional {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde requires this signature")]
    pub(crate) fn serialize<S: Serializer>(
        nanos: &Option<u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match nanos {
            Some(nanos) => super::serialize(nanos, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u64>, D::Error> {
        #[derive(Deserialize)]
        struct Nanos(#[serde(with = "super")] u64);
        let nanos = Option::<Nanos>::deserialize(deserializer)?;
        Ok(nanos.map(|Nanos(nanos)| nanos))
    }
}
