//! What a list of traces shows of each: one line and one thin bar.

use serde::{Deserialize, Serialize};

use crate::{Parent, Span, Trace, TraceId, nanos};

/// One trace in a line. All times are nanoseconds, written as strings in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSummary {
    pub trace_id: TraceId,
    /// The root's name; the earliest span's while the root has not arrived.
    pub name: String,
    /// `service.name` of that span.
    pub service: String,
    /// Every service that took part, in the order the action reached them.
    pub services: Vec<String>,
    #[serde(with = "nanos")]
    pub start_unix_nano: u64,
    /// From the first start to the last end of all spans.
    #[serde(with = "nanos")]
    pub duration_nano: u64,
    /// The root's own duration, where other spans begin before it or outlast it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "nanos::optional"
    )]
    pub root_duration_nano: Option<u64>,
    pub span_count: usize,
    /// Spans whose status is ERROR.
    pub error_count: usize,
    pub has_root: bool,
    /// The highest HTTP response status of 400 or more; none when every answer was fine.
    pub http_status: Option<u16>,
    pub breakdown: Breakdown,
    /// When the trace arrived at the gateway. Present where its spans' dates cannot be right: it
    /// is listed by this time then, and not by its start.
    #[serde(
        default,
        with = "nanos::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub arrived_unix_nano: Option<u64>,
}

impl TraceSummary {
    /// The time by which the trace has its place in a list: its start, unless that cannot be
    /// right.
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

/// Where a trace's time went. The four parts add up to its duration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    #[serde(with = "nanos")]
    pub browser: u64,
    #[serde(with = "nanos")]
    pub network: u64,
    #[serde(with = "nanos")]
    pub backend: u64,
    #[serde(with = "nanos")]
    pub database: u64,
    /// The part of `network` for which there are no timings: it may have been waiting for
    /// something else.
    #[serde(default, skip_serializing_if = "is_zero", with = "nanos")]
    pub waiting: u64,
}

const fn is_zero(nanos: &u64) -> bool {
    *nanos == 0
}

impl Breakdown {
    /// The sum of the four parts, in nanoseconds.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.browser + self.network + self.backend + self.database
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_survives_json_with_every_nanosecond() {
        let json = r#"{"trace_id":"6a2b7c1e98038103d269b633813fc60c","name":"crud.like","service":"cruddur-frontend","services":["cruddur-frontend","cruddur"],"start_unix_nano":"1790000000123456789","duration_nano":"51200000","span_count":9,"error_count":0,"has_root":true,"http_status":null,"breakdown":{"browser":"11400000","network":"21600000","backend":"7900000","database":"10300000"}}"#;
        let summary: TraceSummary = serde_json::from_str(json).unwrap();
        assert_eq!(summary.start_unix_nano, 1_790_000_000_123_456_789);
        assert_eq!(summary.breakdown.total(), summary.duration_nano);
        assert_eq!(serde_json::to_string(&summary).unwrap(), json);
    }

    #[test]
    fn a_longer_trace_than_its_root_survives_json_with_both_durations() {
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
