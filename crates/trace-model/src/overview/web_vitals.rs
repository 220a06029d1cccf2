//! Web vitals by route.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Band, Coverage, RootRow, Vital, Window, WindowPart, quantile::quantile_f64};
use crate::TraceId;

/// Columns of a trend.
const TREND_COLUMNS: usize = 12;

/// The worst loads of a route and vital.
const MAX_WORST: usize = 3;

/// The part of the loads that a vital's figure is not exceeded by, as in Google's reports.
const PERCENTILE: f64 = 0.75;

/// The vitals of a window, by route, most loads first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WebVitals {
    #[serde(flatten)]
    pub window: Window,
    pub routes: Vec<RouteVitals>,
    /// Routes that were left out because of the limit.
    pub left_out: u64,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// The vitals of a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteVitals {
    /// The route template, or else the name of the root.
    pub route: String,
    pub service: String,
    pub vitals: Vec<RouteVital>,
}

/// One vital of a route. Values are in milliseconds, except for CLS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteVital {
    pub vital: Vital,
    pub count: u64,
    pub p75: f64,
    pub band: Band,
    /// The number of loads in each band: good, needs improvement, poor.
    pub bands: [u64; 3],
    /// The 75th percentile in each of 12 equal parts of the window.
    pub trend: Vec<Option<f64>>,
    pub worst: Vec<WorstLoad>,
}

/// A load with a bad vital.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstLoad {
    pub trace_id: TraceId,
    pub value: f64,
    /// What the vital is attributed to, such as an element: key and value of attributes.
    #[serde(default)]
    pub attribution: Vec<(String, String)>,
}

/// Groups vitals by route.
#[derive(Debug)]
pub struct VitalsTable {
    window: Window,
    routes: HashMap<String, [Vec<Sample>; 5]>,
    key: String,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    value: f64,
    start: u64,
    key: i64,
}

impl VitalsTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            routes: HashMap::new(),
            key: String::new(),
        }
    }

    /// Adds a trace, unless it has no vitals or started outside of the window.
    pub fn add(&mut self, row: &RootRow<'_>) {
        let is_inside = self.window.part(row.start_unix_nano) == WindowPart::Current;
        if !is_inside || row.vitals.0.iter().all(Option::is_none) {
            return;
        }
        let route = if row.route.is_empty() {
            row.name
        } else {
            row.route
        };
        self.key.clear();
        for text in [row.service, "\0", route] {
            self.key.push_str(text);
        }
        if !self.routes.contains_key(&self.key) {
            self.routes.insert(self.key.clone(), Default::default());
        }
        let Some(samples) = self.routes.get_mut(&self.key) else {
            return;
        };
        for (samples, value) in samples.iter_mut().zip(row.vitals.0) {
            samples.extend(value.map(|value| Sample {
                value,
                start: row.start_unix_nano,
                key: row.key,
            }));
        }
    }

    /// Finishes the table. `trace_id` returns the id of a trace from the store's key.
    #[must_use]
    pub fn finish(self, limit: usize, trace_id: impl Fn(i64) -> Option<TraceId>) -> WebVitals {
        let loads = |samples: &[Vec<Sample>; 5]| samples.iter().map(Vec::len).max();
        let mut routes: Vec<_> = self.routes.into_iter().collect();
        routes.sort_by(|(key, samples), (other_key, other)| {
            loads(other).cmp(&loads(samples)).then(key.cmp(other_key))
        });
        let left_out = routes.len().saturating_sub(limit) as u64;
        routes.truncate(limit);
        let window = self.window;
        let routes = routes.into_iter().map(|(key, samples)| {
            let (service, route) = key.split_once('\0').unwrap_or_default();
            let vitals = Vital::ALL.into_iter().zip(samples);
            let vitals = vitals
                .filter_map(|(vital, samples)| route_vital(vital, samples, window, &trace_id));
            RouteVitals {
                route: route.to_owned(),
                service: service.to_owned(),
                vitals: vitals.collect(),
            }
        });
        WebVitals {
            window,
            routes: routes.collect(),
            left_out,
            coverage: Coverage::default(),
        }
    }
}

fn route_vital(
    vital: Vital,
    mut samples: Vec<Sample>,
    window: Window,
    trace_id: &impl Fn(i64) -> Option<TraceId>,
) -> Option<RouteVital> {
    let mut values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
    let p75 = quantile_f64(&mut values, PERCENTILE)?;
    let mut bands = [0; 3];
    let mut columns = vec![Vec::new(); TREND_COLUMNS];
    for sample in &samples {
        bands[vital.band(sample.value) as usize] += 1;
        columns[window.column(sample.start, TREND_COLUMNS)].push(sample.value);
    }
    let trend = columns.iter_mut();
    let trend = trend.map(|values| quantile_f64(values, PERCENTILE));
    samples.sort_unstable_by(|a, b| b.value.total_cmp(&a.value));
    let worst = samples.iter().take(MAX_WORST).filter_map(|sample| {
        Some(WorstLoad {
            trace_id: trace_id(sample.key)?,
            value: sample.value,
            attribution: Vec::new(),
        })
    });
    Some(RouteVital {
        vital,
        count: samples.len() as u64,
        p75,
        band: vital.band(p75),
        bands,
        trend: trend.collect(),
        worst: worst.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::Vitals;

    #[test]
    fn vitals_are_the_75th_percentile_of_a_route() {
        let window = Window {
            since: 0,
            until: 120,
        };
        let mut table = VitalsTable::new(window);
        for number in 1..=4_u32 {
            let mut vitals = Vitals::default();
            vitals.0[Vital::Lcp as usize] = Some(f64::from(number) * 1_000.0);
            table.add(&RootRow {
                key: i64::from(number),
                start_unix_nano: u64::from(number) * 10,
                route: "/@:handle",
                vitals,
                ..RootRow::default()
            });
        }
        table.add(&RootRow::default());
        let routes = table
            .finish(10, |key| format!("{key:032x}").parse().ok())
            .routes;
        assert_eq!(routes.len(), 1);
        let lcp = &routes[0].vitals[0];
        assert_eq!((lcp.p75, lcp.band), (3_000.0, Band::NeedsImprovement));
        assert_eq!(lcp.bands, [2, 2, 0]);
        assert_eq!(lcp.trend[2], Some(2_000.0));
        assert_eq!(lcp.worst[0].value, 4_000.0);
    }
}
