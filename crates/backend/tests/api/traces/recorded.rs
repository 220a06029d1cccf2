//! The spans recorded by this process, by trace.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use opentelemetry::{
    Context, global,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tokio::time::sleep;

/// A test fails if a span does not end within this time.
const DEADLINE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

const CALLER: &str = "b7ad6b7169203331";

/// Returns the `traceparent` of a sampled trace with this number, and starts recording.
pub(crate) fn traceparent(number: u64) -> String {
    exporter();
    format!("00-{number:032x}-{CALLER}-01")
}

/// Returns the context of a client, for work outside of a request.
pub(crate) fn context(traceparent: &str) -> Context {
    let client = SpanContext::new(
        TraceId::from_hex(&traceparent[3..35]).unwrap(),
        SpanId::from_hex(CALLER).unwrap(),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    Context::new().with_remote_span_context(client)
}

fn exporter() -> &'static InMemorySpanExporter {
    static EXPORTER: OnceLock<InMemorySpanExporter> = OnceLock::new();
    EXPORTER.get_or_init(|| {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        global::set_tracer_provider(provider);
        exporter
    })
}

/// Returns all spans whose attribute has this value.
pub(crate) fn with_attribute(key: &str, value: &str) -> Vec<SpanData> {
    let spans = exporter().get_finished_spans().unwrap().into_iter();
    let has = |span: &SpanData| {
        let mut attributes = span.attributes.iter();
        attributes.any(|it| it.key.as_str() == key && it.value.to_string() == value)
    };
    spans.filter(has).collect()
}

/// The spans of one trace.
pub(crate) struct Trace(Vec<SpanData>);

impl Trace {
    pub(crate) fn of(traceparent: &str) -> Self {
        let id = TraceId::from_hex(&traceparent[3..35]).unwrap();
        let spans = exporter().get_finished_spans().unwrap().into_iter();
        let mut spans: Vec<_> = spans
            .filter(|span| span.span_context.trace_id() == id)
            .collect();
        spans.sort_by_key(|span| span.start_time);
        Self(spans)
    }

    /// Waits until a span with this name has ended, for work that continues after the response.
    pub(crate) async fn wait_for(traceparent: &str, name: &str) {
        let begin = Instant::now();
        while !Self::of(traceparent).has(name) {
            assert!(begin.elapsed() < DEADLINE, "no {name}");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the names of all spans, in the order of their start.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|span| span.name.to_string()).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is a span with this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|span| span.name == name)
    }

    /// Returns the only span with this name.
    pub(crate) fn span(&self, name: &str) -> &SpanData {
        let mut named = self.0.iter().filter(|span| span.name == name);
        let span = named
            .next()
            .unwrap_or_else(|| panic!("no {name} in\n{}", self.tree()));
        assert!(named.next().is_none(), "{name} twice in\n{}", self.tree());
        span
    }

    /// Returns the value of an attribute, as text.
    pub(crate) fn attribute(&self, name: &str, key: &str) -> String {
        let attributes = &self.span(name).attributes;
        let attribute = attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == key);
        let attribute = attribute.unwrap_or_else(|| panic!("no {key} in {attributes:?}"));
        attribute.value.to_string()
    }

    /// Asserts the names of the spans, indented below their parents, and that each span lies within
    /// its parent's time.
    pub(crate) fn assert_tree(&self, expected: &str) {
        let expected: Vec<&str> = expected.lines().map(str::trim_end).collect();
        let indent = expected
            .get(1)
            .map_or(0, |line| line.len() - line.trim_start().len() - 2);
        let lines = expected.iter().enumerate();
        let expected: Vec<&str> = lines
            .map(|(n, line)| if n == 0 { *line } else { &line[indent..] })
            .collect();
        assert_eq!(self.tree(), expected.join("\n"));
        for span in &self.0 {
            let parent = self
                .0
                .iter()
                .find(|it| it.span_context.span_id() == span.parent_span_id);
            if let Some(parent) = parent {
                assert!(parent.start_time <= span.start_time && span.end_time <= parent.end_time);
            }
        }
    }

    /// Returns everything that an exporter would send.
    pub(crate) fn debug_output(&self) -> String {
        format!("{:?}", self.0)
    }

    fn tree(&self) -> String {
        let mut lines = Vec::new();
        self.list(SpanId::from_hex(CALLER).unwrap(), "", &mut lines);
        assert_eq!(lines.len(), self.0.len(), "unreachable spans: {:?}", self.0);
        lines.join("\n")
    }

    fn list(&self, parent: SpanId, indent: &str, lines: &mut Vec<String>) {
        for span in self.0.iter().filter(|span| span.parent_span_id == parent) {
            lines.push(format!("{indent}{}", span.name));
            self.list(span.span_context.span_id(), &format!("{indent}  "), lines);
        }
    }
}
