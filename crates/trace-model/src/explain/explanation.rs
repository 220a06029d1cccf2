//! The result of an explanation.

use serde::{Deserialize, Serialize};

use crate::overview::{Point, Sample};

/// What distinguishes selected traces from the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The number of selected traces, and of all others in scope.
    pub selected: u64,
    pub rest: u64,
    /// The traces whose spans were read. Equal to the numbers above if these are small.
    pub sampled_selected: u64,
    pub sampled_rest: u64,
    /// The number of features that were tested.
    pub tested: u64,
    /// Most telling first. Empty if nothing stands out.
    pub findings: Vec<Finding>,
    /// The names of the spans in which the time was spent, largest difference first. These are
    /// figures, not findings: slow traces took longer somewhere.
    pub times: Vec<TimeShare>,
    /// Some of the selected traces, newest first.
    pub examples: Vec<Point>,
    /// The time limit was reached before the whole sample was read.
    pub cut_short: bool,
    /// The traces that were searched for the query. `None`: all, so `selected` and `rest` count all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<Sample>,
}

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A span, event or resource has the attribute `key` of the value `value`.
    Attribute,
    /// The browser and its version in `user_agent.original`.
    Browser,
    /// The root has this name.
    RootName,
    /// There is a span of this name.
    SpanPresent,
    /// There is no span of this name.
    SpanMissing,
    /// A span of this name failed.
    SpanFailed,
    /// A span of this service ran outside of the time of its parent, or the viewer had to shift it:
    /// the clocks differ.
    ClockOff,
    /// The traces started at this time or later.
    StartedAfter,
    /// The traces started before this time.
    StartedBefore,
    /// A number: the count of spans of this name.
    SpanCount,
    /// A number: the time in spans of this name, without that of their children.
    SelfTime,
    /// A number: the largest value of the attribute `key`.
    Number,
}

/// A feature that distinguishes the selected traces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// The attribute's key, or the name of spans, root or service.
    pub key: String,
    /// The attribute's value. A time is in nanoseconds since 1970. Empty for other kinds.
    pub value: String,
    /// The term of the query language that the traces with this feature match, if there is one.
    pub query: Option<String>,
    /// The traces of the sample that have the feature, and their part of each group.
    pub selected_count: u64,
    pub rest_count: u64,
    pub selected_share: f64,
    pub rest_share: f64,
    /// The medians of a number. Times are in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_median: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_median: Option<f64>,
    /// The corrected p-value.
    pub p_value: f64,
    /// The rank: bits of information about the selection.
    pub bits: f64,
    /// Features of almost the same traces: `key=value`, or a description.
    pub also: Vec<String>,
    /// The values of the attribute, most frequent in the selection first.
    pub groups: Vec<Group>,
}

/// A value of a finding's attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub value: String,
    pub selected_share: f64,
    pub rest_share: f64,
}

/// The part of the traces' time that was spent in spans of one name, without their children.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeShare {
    pub name: String,
    pub selected: f64,
    pub rest: f64,
}
