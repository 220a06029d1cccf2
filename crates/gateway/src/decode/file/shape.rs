//! The shape of a JSON document: which format it has, by the names of its fields.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// Names of fields that are quoted in an error, and the size limit of each.
const MAX_NAMES: usize = 5;
const MAX_NAME_BYTES: usize = 40;

/// What a JSON document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A request of OTLP, of any signal.
    Otlp,
    /// OTLP within the response of Tempo or of Jaeger's API v3, or a list of requests.
    WrappedOtlp,
    /// Jaeger's response: `{"data": […]}`.
    JaegerList,
    JaegerTrace,
    JaegerSpan,
    ZipkinSpan,
    /// A list of any of these, except for OTLP.
    List,
    Unknown,
}

/// The fields from which the format is detected.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow, rename = "resourceSpans")]
    resource_spans: Option<&'a RawValue>,
    #[serde(rename = "resourceMetrics")]
    resource_metrics: Option<IgnoredAny>,
    #[serde(rename = "resourceLogs")]
    resource_logs: Option<IgnoredAny>,
    #[serde(borrow)]
    batches: Option<&'a RawValue>,
    #[serde(borrow)]
    trace: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(rename = "traceID")]
    jaeger_trace_id: Option<IgnoredAny>,
    #[serde(rename = "spanID")]
    jaeger_span_id: Option<IgnoredAny>,
    spans: Option<IgnoredAny>,
    #[serde(rename = "traceId")]
    zipkin_trace_id: Option<IgnoredAny>,
    id: Option<IgnoredAny>,
}

impl Shape {
    pub(super) fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'[') => Self::of_list(value),
            Some(b'{') => Self::of_object(value),
            _ => Self::Unknown,
        }
    }

    /// Whether spans can be found in it.
    pub(super) fn is_known(&self) -> bool {
        *self != Self::Unknown
    }

    /// A list has the shape of its first element that is known.
    fn of_list(value: &RawValue) -> Self {
        let elements: Vec<&RawValue> = serde_json::from_str(value.get()).unwrap_or_default();
        let mut shapes = elements.into_iter().map(Self::of);
        match shapes.find(Self::is_known) {
            Some(Self::Otlp | Self::WrappedOtlp) => Self::WrappedOtlp,
            Some(_) => Self::List,
            None => Self::Unknown,
        }
    }

    fn of_object(value: &RawValue) -> Self {
        // A repeated field is an error, and such a document is unknown.
        let fields: Fields<'_> = serde_json::from_str(value.get()).unwrap_or_default();
        let is_otlp = fields.resource_spans.is_some()
            || fields.resource_metrics.is_some()
            || fields.resource_logs.is_some();
        let wrapped = [fields.trace, fields.result, fields.data]
            .into_iter()
            .flatten();
        let is_wrapped = |inner: &RawValue| {
            inner.get().starts_with('{')
                && matches!(Self::of(inner), Self::Otlp | Self::WrappedOtlp)
        };
        if is_otlp {
            Self::Otlp
        } else if fields.batches.is_some() || wrapped.clone().any(is_wrapped) {
            Self::WrappedOtlp
        } else if fields.data.is_some_and(|data| data.get().starts_with('[')) {
            Self::JaegerList
        } else if fields.jaeger_trace_id.is_some() && fields.spans.is_some() {
            Self::JaegerTrace
        } else if fields.jaeger_trace_id.is_some() && fields.jaeger_span_id.is_some() {
            Self::JaegerSpan
        } else if fields.zipkin_trace_id.is_some() && fields.id.is_some() {
            Self::ZipkinSpan
        } else {
            Self::Unknown
        }
    }
}

/// Returns the traces of Jaeger's response.
pub(super) fn jaeger_traces(value: &RawValue) -> Vec<&RawValue> {
    let fields: Fields<'_> = serde_json::from_str(value.get()).unwrap_or_default();
    let traces = fields.data.map(|data| serde_json::from_str(data.get()));
    traces.and_then(Result::ok).unwrap_or_default()
}

/// Returns one OTLP request with the spans of all wrapped ones.
pub(super) fn unwrapped<'a>(documents: impl Iterator<Item = &'a &'a RawValue>) -> String {
    let mut lists = Vec::new();
    for document in documents {
        find_resource_spans(document, &mut lists);
    }
    let lists: Vec<&str> = lists.into_iter().filter(|list| !list.is_empty()).collect();
    format!("{{\"resourceSpans\":[{}]}}", lists.join(","))
}

/// Finds the contents of lists of resource spans.
fn find_resource_spans<'a>(value: &'a RawValue, lists: &mut Vec<&'a str>) {
    let text = value.get();
    if text.starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
        for element in elements {
            find_resource_spans(element, lists);
        }
        return;
    }
    let fields: Fields<'_> = serde_json::from_str(text).unwrap_or_default();
    for list in [fields.resource_spans, fields.batches]
        .into_iter()
        .flatten()
    {
        let content = list.get().trim();
        let content = content
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        lists.extend(content.map(str::trim));
    }
    for inner in [fields.trace, fields.result, fields.data]
        .into_iter()
        .flatten()
    {
        if inner.get().starts_with('{') {
            find_resource_spans(inner, lists);
        }
    }
}

/// Says what a document is, if no format is known.
pub(super) fn describe(value: &RawValue) -> String {
    let text = value.get();
    if text.starts_with('[') {
        return "a list without spans of Jaeger or Zipkin".to_owned();
    }
    if !text.starts_with('{') {
        return "not an object".to_owned();
    }
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).unwrap_or_default();
    if object.contains_key("context") && object.contains_key("start_time") {
        return "the console exporter of OpenTelemetry's Python SDK has a format of its own: use an OTLP exporter".to_owned();
    }
    if object.contains_key("binaryAnnotations") {
        return "Zipkin's format v1: export v2".to_owned();
    }
    let names = object.keys().take(MAX_NAMES).map(|name| {
        let end = name.floor_char_boundary(MAX_NAME_BYTES);
        format!("{:?}", &name[..end])
    });
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        "an empty object".to_owned()
    } else {
        format!("an object with {names}, which is not a span")
    }
}
