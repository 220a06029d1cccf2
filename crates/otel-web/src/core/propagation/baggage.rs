//! W3C Baggage, which an application attaches to a context with the API's `BaggageExt`.

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;

/// Sets the header unless the baggage is empty. The API limits the entries and their length.
pub(crate) fn inject(context: &Context, set: &mut dyn FnMut(&str, &str)) {
    let mut header = String::new();
    for (key, (value, metadata)) in context.baggage() {
        if !header.is_empty() {
            header.push(',');
        }
        header.push_str(key.as_str());
        header.push('=');
        push_encoded(&mut header, value.as_str());
        if !metadata.as_str().is_empty() {
            header.push(';');
            header.push_str(metadata.as_str());
        }
    }
    if !header.is_empty() {
        set("baggage", &header);
    }
}

/// Percent-encodes all characters but the unreserved ones of URLs, as the official SDKs do.
fn push_encoded(header: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            header.push(char::from(byte));
        } else {
            header.push('%');
            let digit = |value: u8| char::from(b"0123456789ABCDEF"[usize::from(value & 0xf)]);
            header.push(digit(byte >> 4));
            header.push(digit(byte));
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use std::collections::HashMap;

    use opentelemetry::KeyValue;
    use opentelemetry::baggage::Baggage;
    use opentelemetry::propagation::TextMapPropagator;
    use opentelemetry_sdk::propagation::BaggagePropagator;
    use proptest::prelude::*;

    use super::*;

    fn header_of(context: &Context) -> Option<String> {
        let mut header = None;
        inject(context, &mut |name, value| {
            assert_eq!(name, "baggage");
            header = Some(value.to_owned());
        });
        header
    }

    #[test]
    fn empty_baggage_sets_no_header() {
        assert_eq!(header_of(&Context::new()), None);
    }

    proptest! {
        #[test]
        fn official_sdk_reads_the_header(pairs in prop::collection::hash_map("[a-z][a-z0-9_-]{0,8}", "\\PC{0,12}", 1..5)) {
            let baggage: Baggage = pairs.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
            let context = Context::new().with_baggage(baggage);
            let header = header_of(&context).unwrap();
            let carrier = HashMap::from([("baggage".to_owned(), header)]);
            let read = BaggagePropagator::new().extract_with_context(&Context::new(), &carrier);
            for (key, value) in &pairs {
                // The official SDK trims decoded values.
                prop_assert_eq!(read.baggage().get(key).map(|read| read.as_str()), Some(value.trim()));
            }
        }
    }
}
