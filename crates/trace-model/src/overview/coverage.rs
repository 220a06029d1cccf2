//! How many of the traces an overview is about.

use serde::{Deserialize, Serialize};

/// Whether an overview is about all traces of its range that match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The time limit was reached. The figures are those of the newest traces only.
    pub cut_short: bool,
    /// The figures are those of a sample. `None` if all traces were searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

/// A part of the traces, spread evenly over the time range. Counts are those of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Traces that were searched for the query.
    pub searched: u64,
    /// Traces that may match the query, as far as the store's index shows.
    pub candidates: u64,
}
