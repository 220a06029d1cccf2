//! The part of the address that describes an overview of many traces.

use serde::{Deserialize, Serialize};

use crate::format;

/// The time ranges to choose from: the name in the address, the label, and the length in seconds.
/// The last one has no limit.
pub(crate) const RANGES: [(&str, &str, Option<u64>); 6] = [
    ("15m", "15 min", Some(900)),
    ("1h", "1 hour", Some(3_600)),
    ("6h", "6 hours", Some(21_600)),
    ("24h", "24 hours", Some(86_400)),
    ("7d", "7 days", Some(604_800)),
    ("", "All", None),
];

/// The pages with overviews of many traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OverviewPage {
    Actions,
    Heatmap,
    Sessions,
    Session(String),
    Map,
    Vitals,
    Logs,
}

impl OverviewPage {
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Actions => "Actions",
            Self::Heatmap => "Heatmap",
            Self::Sessions => "Sessions",
            Self::Session(_) => "Session",
            Self::Map => "Map",
            Self::Vitals => "Vitals",
            Self::Logs => "Logs",
        }
    }
}

/// The choices on an overview. All are empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OverviewState {
    /// The name of one of [`RANGES`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) range: String,
    /// A range that was chosen on the timeline, in nanoseconds since 1970. It replaces `range`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) since: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) until: String,
    /// The action: the root's name, route and service.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) route: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) service: String,
    /// The column by which a table is sorted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) sort: String,
    /// The box in the heatmap: nanoseconds since 1970, and durations in nanoseconds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) to: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) min_nano: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) max_nano: String,
    /// `true`: only failed traces are selected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) failed: String,
    /// The page of the log records: the `next` of the page before.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) cursor: String,
}

impl OverviewState {
    /// Returns the parameters of the address, without empty ones.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, &str)> {
        let mut parameters = vec![("range", &*self.range)];
        parameters.extend(self.chosen_range());
        parameters.extend(self.action());
        parameters.push(("sort", &*self.sort));
        parameters.extend(self.selection());
        parameters.push(("cursor", &*self.cursor));
        parameters.retain(|(_, value)| !value.is_empty());
        parameters
    }

    /// Returns the parameters of the range that was chosen on the timeline.
    pub(crate) fn chosen_range(&self) -> [(&'static str, &str); 2] {
        [("since", &*self.since), ("until", &*self.until)]
    }

    pub(crate) fn has_chosen_range(&self) -> bool {
        !self.since.is_empty() || !self.until.is_empty()
    }

    /// The same choices with another range of the timeline. Empty texts: none.
    pub(crate) fn with_chosen_range(&self, since: String, until: String) -> Self {
        Self {
            since,
            until,
            ..self.without_selection()
        }
    }

    /// Returns the parameters of the action.
    pub(crate) fn action(&self) -> [(&'static str, &str); 3] {
        [
            ("name", &*self.name),
            ("route", &*self.route),
            ("service", &*self.service),
        ]
    }

    /// Returns the parameters of the selected box.
    pub(crate) fn selection(&self) -> [(&'static str, &str); 5] {
        [
            ("from", &*self.from),
            ("to", &*self.to),
            ("min_nano", &*self.min_nano),
            ("max_nano", &*self.max_nano),
            ("failed", &*self.failed),
        ]
    }

    pub(crate) fn has_selection(&self) -> bool {
        self.selection().iter().any(|(_, value)| !value.is_empty())
    }

    /// The same choices without a selected box.
    pub(crate) fn without_selection(&self) -> Self {
        Self {
            range: self.range.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            name: self.name.clone(),
            route: self.route.clone(),
            service: self.service.clone(),
            sort: self.sort.clone(),
            ..Self::default()
        }
    }

    /// The same time range, without an action and a box.
    pub(crate) fn range_only(&self) -> Self {
        Self {
            range: self.range.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            ..Self::default()
        }
    }

    /// Returns the length of the time range that ends now, in nanoseconds. `None`: it has none.
    pub(crate) fn range_nanos(&self) -> Option<u64> {
        if self.has_chosen_range() {
            return None;
        }
        let range = RANGES.iter().find(|(name, _, _)| *name == self.range);
        let (_, _, seconds) = range?;
        seconds.map(|seconds| seconds * 1_000_000_000)
    }

    /// Describes the selected box in a few words.
    pub(crate) fn describe_selection(&self) -> String {
        let duration = |text: &str| text.parse().ok().map(format::duration);
        let durations = match (duration(&self.min_nano), duration(&self.max_nano)) {
            (Some(min), Some(max)) => format!(" of {min} to {max}"),
            (Some(min), None) => format!(" of {min} and more"),
            (None, Some(max)) => format!(" of less than {max}"),
            (None, None) => String::new(),
        };
        let kind = if self.failed.is_empty() {
            "traces"
        } else {
            "failed traces"
        };
        format!("{kind}{durations}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selection_is_described_in_words() {
        let state = OverviewState {
            min_nano: "1000000".to_owned(),
            max_nano: "20000000".to_owned(),
            ..OverviewState::default()
        };
        assert_eq!(state.describe_selection(), "traces of 1 ms to 20 ms");
        assert!(state.has_selection());
        assert!(!state.without_selection().has_selection());
    }

    #[test]
    fn unknown_range_is_not_limited() {
        let nanos = |range: &str| {
            let range = range.to_owned();
            let state = OverviewState {
                range,
                ..OverviewState::default()
            };
            state.range_nanos()
        };
        assert_eq!(
            (nanos("15m"), nanos(""), nanos("soon")),
            (Some(900_000_000_000), None, None)
        );
    }
}
