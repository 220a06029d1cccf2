//! Puts function names into the exceptions of decoded spans, for sinks.

use std::sync::Arc;

use tokio::task::{JoinError, spawn_blocking};
use trace_model::{Span, Value};

use super::{BUILD_ID, EXCEPTION, STACK, SymbolFiles};

impl SymbolFiles {
    /// Puts function names into the stack traces of spans.
    ///
    /// # Errors
    /// When the gateway shuts down.
    pub(crate) async fn name_functions(
        self: &Arc<Self>,
        mut spans: Vec<Span>,
    ) -> Result<Vec<Span>, JoinError> {
        if !self.is_on() || !spans.iter().any(has_exception) {
            return Ok(spans);
        }
        let files = Arc::clone(self);
        // Reads files.
        let named = spawn_blocking(move || {
            let failed = spans.iter_mut().filter(|span| has_exception(span));
            failed.for_each(|span| files.name_functions_of(span));
            spans
        });
        named.await
    }

    fn name_functions_of(&self, span: &mut Span) {
        let resource = Arc::clone(&span.resource);
        let page = resource.attributes.text(BUILD_ID);
        let events = span.events.iter_mut();
        for event in events.filter(|event| event.name == EXCEPTION) {
            let attributes = event.attributes.0.iter_mut();
            for attribute in attributes.filter(|attribute| attribute.key == STACK) {
                let stack = attribute.value.as_str();
                if let Some(named) = stack.and_then(|stack| self.resolve(stack, page)) {
                    attribute.value = Value::String(named);
                }
            }
        }
    }
}

fn has_exception(span: &Span) -> bool {
    span.events.iter().any(|event| event.name == EXCEPTION)
}
