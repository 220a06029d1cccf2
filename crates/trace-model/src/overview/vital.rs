//! Web vitals of one page load or visit.

use serde::{Deserialize, Serialize};

use crate::{Lane, Trace};

/// A web vital. <https://web.dev/articles/vitals> defines them and their bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vital {
    /// Largest Contentful Paint, in milliseconds.
    Lcp,
    /// Interaction to Next Paint, in milliseconds.
    Inp,
    /// Cumulative Layout Shift, without a unit.
    Cls,
    /// First Contentful Paint, in milliseconds.
    Fcp,
    /// Time To First Byte, in milliseconds.
    Ttfb,
}

/// The band of a vital's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Good,
    NeedsImprovement,
    Poor,
}

impl Vital {
    /// All vitals, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Lcp, Self::Inp, Self::Cls, Self::Fcp, Self::Ttfb];

    /// Returns the name in lower case, as in attribute keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lcp => "lcp",
            Self::Inp => "inp",
            Self::Cls => "cls",
            Self::Fcp => "fcp",
            Self::Ttfb => "ttfb",
        }
    }

    /// Returns the highest good value, and the highest value that is not poor.
    #[must_use]
    pub const fn limits(self) -> (f64, f64) {
        match self {
            Self::Lcp => (2_500.0, 4_000.0),
            Self::Inp => (200.0, 500.0),
            Self::Cls => (0.1, 0.25),
            Self::Fcp => (1_800.0, 3_000.0),
            Self::Ttfb => (800.0, 1_800.0),
        }
    }

    /// Returns the band of a value.
    #[must_use]
    pub fn band(self, value: f64) -> Band {
        let (good, acceptable) = self.limits();
        if value <= good {
            Band::Good
        } else if value <= acceptable {
            Band::NeedsImprovement
        } else {
            Band::Poor
        }
    }
}

/// The vitals of one trace, in the order of [`Vital::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals(pub [Option<f64>; 5]);

impl Vitals {
    /// Returns a vital's value.
    #[must_use]
    pub const fn get(&self, vital: Vital) -> Option<f64> {
        self.0[vital as usize]
    }

    /// Returns the vital in the worst band and its value; of several, the one that exceeds its
    /// limit by most.
    #[must_use]
    pub fn worst(&self) -> Option<(Vital, f64)> {
        let values = Vital::ALL
            .into_iter()
            .filter_map(|vital| Some((vital, self.get(vital)?)));
        let excess = |(vital, value): &(Vital, f64)| value / vital.limits().1;
        values.max_by(|a, b| excess(a).total_cmp(&excess(b)))
    }

    /// Keeps the larger value of each vital: a vital grows while its page is open.
    pub fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            if let Some(other) = other {
                *own = Some(own.map_or(other, |own| own.max(other)));
            }
        }
    }

    pub(super) fn of(trace: &Trace) -> Self {
        let mut vitals = Self::default();
        let in_browser = |node: &&crate::Node| node.lane == Lane::Browser;
        for node in trace.nodes().iter().filter(in_browser) {
            for attribute in &node.span.attributes.0 {
                let Some(vital) = vital_of_key(&attribute.key) else {
                    continue;
                };
                let value = attribute.value.as_double();
                let is_valid = |value: &f64| value.is_finite() && *value >= 0.0;
                let mut found = Self::default();
                found.0[vital as usize] = value.filter(is_valid);
                vitals.merge(&found);
            }
        }
        vitals
    }
}

/// Reads `browser.web_vital.lcp.value`, or Honeycomb's `lcp.value`.
fn vital_of_key(key: &str) -> Option<Vital> {
    let name = key.strip_suffix(".value")?;
    let name = name.strip_prefix("browser.web_vital.").unwrap_or(name);
    Vital::ALL.into_iter().find(|vital| vital.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_the_published_limits() {
        for (vital, value, band) in [
            (Vital::Lcp, 2_500.0, Band::Good),
            (Vital::Lcp, 2_501.0, Band::NeedsImprovement),
            (Vital::Lcp, 4_001.0, Band::Poor),
            (Vital::Inp, 200.0, Band::Good),
            (Vital::Cls, 0.25, Band::NeedsImprovement),
            (Vital::Cls, 0.26, Band::Poor),
            (Vital::Ttfb, 1_801.0, Band::Poor),
        ] {
            assert_eq!(vital.band(value), band, "{vital:?} {value}");
        }
    }

    #[test]
    fn worst_vital_is_relative_to_its_limit() {
        let vitals = Vitals([Some(3_900.0), None, Some(0.5), None, Some(10.0)]);
        assert_eq!(vitals.worst(), Some((Vital::Cls, 0.5)));
        assert_eq!(Vitals::default().worst(), None);
    }

    #[test]
    fn vitals_are_read_from_keys_of_both_conventions() {
        assert_eq!(
            vital_of_key("browser.web_vital.lcp.value"),
            Some(Vital::Lcp)
        );
        assert_eq!(vital_of_key("cls.value"), Some(Vital::Cls));
        assert_eq!(vital_of_key("lcp.rating"), None);
        assert_eq!(vital_of_key("value"), None);
    }
}
