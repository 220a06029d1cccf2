//! A trace in one line, as lists of traces show it.

use serde::{Deserialize, Serialize};

use crate::{Breakdown, Parent, Span, Trace, TraceId, nanos};

/// A trace in one line. All times are in nanoseconds, and are strings in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSummary {
    pub trace_id: TraceId,
    /// The root's name, or the earliest span's until the root arrives.
    pub name: String,
    /// `service.name` of that span.
    pub service: String,
    /// All services of the trace, in the order of their first spans.
    pub services: Vec<String>,
    #[serde(with = "nanos")]
    pub start_unix_nano: u64,
    /// From the earliest start to the latest end of all spans.
    #[serde(with = "nanos")]
    pub duration_nano: u64,
    /// The root's own duration, if it differs from the trace's.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "nanos::optional"
    )]
    pub root_duration_nano: Option<u64>,
    pub span_count: usize,
    /// The number of spans with status ERROR.
    pub error_count: usize,
    pub has_root: bool,
    /// The highest HTTP response status that is an error (400 or more), if any.
    pub http_status: Option<u16>,
    pub breakdown: Breakdown,
    /// When the trace arrived at the gateway. Present only if the dates of its spans cannot be
    /// right: lists then sort the trace by this time instead of its start.
    #[serde(
        default,
        with = "nanos::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub arrived_unix_nano: Option<u64>,
}

impl TraceSummary {
    /// Returns the time by which lists sort the trace: its start, unless that cannot be right.
    #[must_use]
    pub const fn listed_unix_nano(&self) -> u64 {
        match self.arrived_unix_nano {
            Some(arrived) => arrived,
            None => self.start_unix_nano,
        }
    }

    pub(crate) fn of(trace: &Trace) -> Self {
        let spans = || trace.nodes().iter().map(|node| &node.span);
        let main = trace.main_node().map(|node| &node.span);
        let time = trace.extent();
        let root = trace.root().map(|node| node.interval().duration());
        Self {
            trace_id: trace.trace_id(),
            name: main.map(|span| span.name.clone()).unwrap_or_default(),
            service: main.map_or("", Span::service).to_owned(),
            services: distinct_services(spans()),
            start_unix_nano: time.start,
            duration_nano: time.duration(),
            root_duration_nano: root.filter(|&nanos| nanos != time.duration()),
            span_count: trace.nodes().len(),
            error_count: spans().filter(|span| span.is_error()).count(),
            has_root: trace.nodes().iter().any(|node| node.parent == Parent::None),
            http_status: spans()
                .filter_map(Span::http_status)
                .filter(|&code| code >= 400)
                .max(),
            breakdown: trace.breakdown(),
            arrived_unix_nano: None,
        }
    }
}

fn distinct_services<'a>(spans: impl Iterator<Item = &'a Span>) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for span in spans {
        if !services.iter().any(|known| known == span.service()) {
            services.push(span.service().to_owned());
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_round_trips_through_json_without_loss() {
        let json = r#"{"trace_id":"6a2b7c1e98038103d269b633813fc60c","name":"crud.like","service":"cruddur-frontend","services":["cruddur-frontend","cruddur"],"start_unix_nano":"1790000000123456789","duration_nano":"51200000","span_count":9,"error_count":0,"has_root":true,"http_status":null,"breakdown":{"browser":"11400000","network":"21600000","backend":"7900000","database":"10300000"}}"#;
        let summary: TraceSummary = serde_json::from_str(json).unwrap();
        assert_eq!(summary.start_unix_nano, 1_790_000_000_123_456_789);
        assert_eq!(summary.breakdown.total(), summary.duration_nano);
        assert_eq!(serde_json::to_string(&summary).unwrap(), json);
    }

    #[test]
    fn optional_durations_round_trip_through_json() {
        let summary = TraceSummary {
            root_duration_nano: Some(50_000_000),
            breakdown: Breakdown {
                network: 7,
                waiting: 7,
                ..Breakdown::default()
            },
            ..crate::Trace::from_spans("6a2b7c1e98038103d269b633813fc60c".parse().unwrap(), vec![])
                .summary()
        };
        let json = serde_json::to_string(&summary).unwrap();
        assert!(
            json.contains(r#""root_duration_nano":"50000000""#),
            "{json}"
        );
        assert!(json.contains(r#""waiting":"7""#), "{json}");
        assert_eq!(
            serde_json::from_str::<TraceSummary>(&json).unwrap(),
            summary
        );
    }
}
