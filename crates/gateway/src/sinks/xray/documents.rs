//! The documents that the sink sends, for the viewer.

use std::sync::Arc;

use trace_model::Span;

use super::document::Writer;
use crate::config::XRay;

/// Writes segment documents exactly as the sink does, also while the sink is off.
#[derive(Clone, Debug)]
pub(crate) struct XRayDocuments(Arc<Writer>);

impl XRayDocuments {
    /// `sink` is the sink's configuration, if it is on. Its annotations apply, or the default ones.
    pub(crate) fn new(sink: Option<&XRay>) -> Self {
        let annotations = sink.map_or_else(
            || XRay::new("").annotations,
            |sink| sink.annotations.clone(),
        );
        Self(Arc::new(Writer::new(&annotations)))
    }

    /// Returns the document of a span as JSON, without the header line of its datagram. `None` if
    /// it is too large to be sent.
    pub(crate) fn document(&self, span: &Span) -> Option<String> {
        let datagram = String::from_utf8(self.0.datagram(span)?).ok()?;
        let (_, document) = datagram.split_once('\n')?;
        Some(document.to_owned())
    }
}
