//! Puts function names into the exceptions of a trace in OTLP, for the API.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, TracesData},
};

use super::{BUILD_ID, EXCEPTION, STACK, SymbolFiles};

impl SymbolFiles {
    /// Puts function names into the stack traces of a trace. Reads files.
    pub(crate) fn name_functions_in(&self, trace: &mut TracesData) {
        for spans in &mut trace.resource_spans {
            let resource = spans.resource.as_ref();
            let page = resource.and_then(|resource| text(&resource.attributes, BUILD_ID));
            let scopes = spans.scope_spans.iter_mut();
            for span in scopes.flat_map(|scope| &mut scope.spans) {
                self.name_functions_of_message(span, page);
            }
        }
    }

    fn name_functions_of_message(&self, span: &mut Span, page: Option<&str>) {
        let events = span.events.iter_mut();
        let exceptions = events.filter(|event| event.name == EXCEPTION);
        for attribute in exceptions.flat_map(|event| &mut event.attributes) {
            if attribute.key != STACK {
                continue;
            }
            if let Some(AnyValue {
                value: Some(Value::StringValue(stack)),
            }) = &mut attribute.value
                && let Some(named) = self.resolve(stack, page)
            {
                *stack = named;
            }
        }
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().find(|attribute| attribute.key == key)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}
