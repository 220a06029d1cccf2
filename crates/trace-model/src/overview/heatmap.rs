//! The heatmap: traces by start and duration.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Coverage, Outcome, RootRow, Window, WindowPart};
use crate::{TraceId, nanos};

/// Rows of the heatmap in a tenfold of duration.
pub const BUCKETS_PER_DECADE: u32 = 8;

/// A heatmap with at most this many traces has each as a point.
const MAX_POINTS: usize = 400;

/// Returns the row of a duration: equal steps on a logarithmic scale.
#[must_use]
pub fn bucket(duration_nano: u64) -> u32 {
    let decades = (duration_nano.max(1) as f64).log10();
    (decades * f64::from(BUCKETS_PER_DECADE)).floor() as u32
}

/// Returns the shortest duration of a row, in nanoseconds.
#[must_use]
pub fn bucket_start(bucket: u32) -> u64 {
    10_f64
        .powf(f64::from(bucket) / f64::from(BUCKETS_PER_DECADE))
        .ceil() as u64
}

/// Traces by start and duration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    #[serde(flatten)]
    pub window: Window,
    /// The number of equal parts of the window.
    pub columns: u32,
    /// Cells with at least one trace, by column and row.
    pub cells: Vec<Cell>,
    /// Each trace, if there are few. Empty otherwise.
    pub points: Vec<Point>,
    pub traces: u64,
    pub errors: u64,
    /// The duration that 95 % of the traces do not exceed, in nanoseconds.
    pub p95_nano: u64,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// The traces of a column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub column: u32,
    /// See [`bucket`].
    pub row: u32,
    pub count: u32,
    pub errors: u32,
}

/// One trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub trace_id: TraceId,
    #[serde(with = "nanos")]
    pub start_unix_nano: u64,
    pub duration_nano: u64,
    pub is_error: bool,
}

/// Counts traces by column and row.
#[derive(Debug)]
pub struct HeatmapTable {
    window: Window,
    columns: u32,
    cells: HashMap<(u32, u32), (u32, u32)>,
    /// The first traces: key, start, duration, and whether it failed.
    rows: Vec<(i64, u64, u64, bool)>,
    durations: Vec<u64>,
    errors: u64,
}

impl HeatmapTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new(window: Window, columns: u32) -> Self {
        Self {
            window,
            columns,
            cells: HashMap::new(),
            rows: Vec::new(),
            durations: Vec::new(),
            errors: 0,
        }
    }

    /// Adds a trace, unless it started outside of the window.
    pub fn add(&mut self, row: &RootRow<'_>) {
        if self.window.part(row.start_unix_nano) != WindowPart::Current {
            return;
        }
        let is_error = row.outcome.has(Outcome::ERROR);
        let column = self
            .window
            .column(row.start_unix_nano, self.columns as usize);
        let cell = self
            .cells
            .entry((column as u32, bucket(row.duration_nano)))
            .or_default();
        cell.0 += 1;
        cell.1 += u32::from(is_error);
        self.errors += u64::from(is_error);
        self.durations.push(row.duration_nano);
        if self.rows.len() <= MAX_POINTS {
            let (start, duration) = (row.start_unix_nano, row.duration_nano);
            self.rows.push((row.key, start, duration, is_error));
        }
    }

    /// Finishes the heatmap. `trace_id` returns the id of a trace from the store's key.
    #[must_use]
    pub fn finish(mut self, trace_id: impl Fn(i64) -> Option<TraceId>) -> Heatmap {
        let cells = self.cells.into_iter();
        let mut cells: Vec<_> = cells
            .map(|((column, row), (count, errors))| Cell {
                column,
                row,
                count,
                errors,
            })
            .collect();
        cells.sort_unstable_by_key(|cell| (cell.column, cell.row));
        if self.rows.len() > MAX_POINTS {
            self.rows.clear();
        }
        let points = self.rows.into_iter();
        let points = points.filter_map(|(key, start_unix_nano, duration_nano, is_error)| {
            Some(Point {
                trace_id: trace_id(key)?,
                start_unix_nano,
                duration_nano,
                is_error,
            })
        });
        let [p95_nano] = super::quantile::quantiles(&mut self.durations, [0.95]);
        Heatmap {
            window: self.window,
            columns: self.columns,
            cells,
            points: points.collect(),
            traces: self.durations.len() as u64,
            errors: self.errors,
            p95_nano,
            coverage: Coverage::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_equal_steps_of_the_logarithm() {
        assert_eq!([0, 1, 10, 100].map(bucket), [0, 0, 8, 16]);
        for row in 0..120 {
            let start = bucket_start(row);
            assert!(bucket(start) >= row, "{row}");
            assert!(start < 2 || bucket(start - 1) <= row, "{row}");
        }
    }

    #[test]
    fn few_traces_are_points_and_many_are_cells_only() {
        let window = Window {
            since: 0,
            until: 1_000,
        };
        let heatmap = |count: u64| {
            let mut table = HeatmapTable::new(window, 10);
            for number in 0..count {
                table.add(&RootRow {
                    key: 1,
                    start_unix_nano: number % 1_000,
                    duration_nano: 5_000,
                    outcome: Outcome(u32::from(number % 2 == 0)),
                    ..RootRow::default()
                });
            }
            table.finish(|_| "6a2b7c1e98038103d269b633813fc60c".parse().ok())
        };
        let few = heatmap(4);
        assert_eq!((few.points.len(), few.traces, few.errors), (4, 4, 2));
        let many = heatmap(1_000);
        assert_eq!((many.points.len(), many.cells.len()), (0, 10));
        let cells = many.cells.iter();
        assert_eq!(cells.map(|cell| u64::from(cell.count)).sum::<u64>(), 1_000);
    }
}
