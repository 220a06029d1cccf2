//! Actions: what users do, and how it goes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Coverage, Outcome, RootRow, Window, WindowPart, quantile::quantiles};
use crate::{Breakdown, TraceId};

/// Columns of a sparkline.
const SPARKLINE_COLUMNS: usize = 30;

/// Columns of the timeline of all actions.
const TIMELINE_COLUMNS: usize = 60;

/// The actions of a window, most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Actions {
    #[serde(flatten)]
    pub window: Window,
    pub actions: Vec<Action>,
    /// The number of traces in the window, also those of actions that are left out.
    pub traces: u64,
    /// The traces in each of 60 equal parts of the window. Empty without traces.
    pub timeline: Vec<TimelinePart>,
    /// Actions that were left out because of the limit.
    pub left_out: u64,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// The traces of a part of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelinePart {
    pub count: u32,
    /// Traces with a failed span.
    pub errors: u32,
}

/// The traces with one root name, route and service. Durations are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub name: String,
    /// The root's route template. Empty if it has none.
    pub route: String,
    pub service: String,
    pub count: u64,
    pub per_minute: f64,
    /// Traces with a failed span.
    pub errors: u64,
    /// Traces whose user clicked in rage, in vain, or before an error.
    pub frustrated: u64,
    pub p50_nano: u64,
    pub p95_nano: u64,
    pub p99_nano: u64,
    /// Sums over all traces.
    pub breakdown: Breakdown,
    /// The number of traces in each of 30 equal parts of the window.
    pub sparkline: Vec<u32>,
    pub slowest: Option<SlowestTrace>,
    /// The equally long period before the window. `None` if it has no such trace, or the window
    /// has no start.
    pub previous: Option<PreviousPeriod>,
}

/// The slowest trace of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowestTrace {
    pub trace_id: TraceId,
    pub duration_nano: u64,
}

/// An action's figures in the period before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousPeriod {
    pub count: u64,
    pub errors: u64,
    pub p50_nano: u64,
    pub p95_nano: u64,
}

/// Groups traces by action.
#[derive(Debug)]
pub struct ActionTable {
    window: Window,
    groups: HashMap<String, Group>,
    /// The key of the current row, reused for the next one.
    key: String,
    traces: u64,
    timeline: Vec<TimelinePart>,
}

#[derive(Debug, Default)]
struct Group {
    durations: Vec<u64>,
    errors: u64,
    frustrated: u64,
    breakdown: Breakdown,
    sparkline: Vec<u32>,
    slowest: Option<(u64, i64)>,
    previous_durations: Vec<u64>,
    previous_errors: u64,
}

impl ActionTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            groups: HashMap::new(),
            key: String::new(),
            traces: 0,
            timeline: Vec::new(),
        }
    }

    /// Adds a trace of the window or of the period before it.
    pub fn add(&mut self, row: &RootRow<'_>) {
        let part = self.window.part(row.start_unix_nano);
        if part == WindowPart::Outside {
            return;
        }
        self.key.clear();
        for text in [row.service, "\0", row.name, "\0", row.route] {
            self.key.push_str(text);
        }
        if !self.groups.contains_key(&self.key) {
            self.groups.insert(self.key.clone(), Group::default());
        }
        let Some(group) = self.groups.get_mut(&self.key) else {
            return;
        };
        if part == WindowPart::Current {
            self.traces += 1;
            let place = self.window.column(row.start_unix_nano, TIMELINE_COLUMNS);
            self.timeline
                .resize(TIMELINE_COLUMNS, TimelinePart::default());
            self.timeline[place].count += 1;
            self.timeline[place].errors += u32::from(row.outcome.has(Outcome::ERROR));
            let column = self.window.column(row.start_unix_nano, SPARKLINE_COLUMNS);
            group.add(row, column);
        } else {
            group.previous_durations.push(row.duration_nano);
            group.previous_errors += u64::from(row.outcome.has(Outcome::ERROR));
        }
    }

    /// Finishes the table. `trace_id` returns the id of a trace from the store's key.
    #[must_use]
    pub fn finish(self, limit: usize, trace_id: impl Fn(i64) -> Option<TraceId>) -> Actions {
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        groups.retain(|(_, group)| !group.durations.is_empty());
        groups.sort_by(|(key, group), (other_key, other)| {
            let count = |group: &Group| group.durations.len();
            count(other).cmp(&count(group)).then(key.cmp(other_key))
        });
        let left_out = groups.len().saturating_sub(limit) as u64;
        groups.truncate(limit);
        let minutes = self.window.nanos() as f64 / 60e9;
        let actions = groups
            .into_iter()
            .map(|(key, group)| group.finish(&key, minutes, &trace_id));
        Actions {
            window: self.window,
            actions: actions.collect(),
            traces: self.traces,
            timeline: self.timeline,
            left_out,
            coverage: Coverage::default(),
        }
    }
}

impl Group {
    fn add(&mut self, row: &RootRow<'_>, column: usize) {
        self.durations.push(row.duration_nano);
        self.errors += u64::from(row.outcome.has(Outcome::ERROR));
        self.frustrated += u64::from(row.outcome.is_frustrated());
        let sum = &mut self.breakdown;
        sum.browser += row.breakdown.browser;
        sum.network += row.breakdown.network;
        sum.backend += row.breakdown.backend;
        sum.database += row.breakdown.database;
        self.sparkline.resize(SPARKLINE_COLUMNS, 0);
        self.sparkline[column] += 1;
        let is_slower = |(slowest, _)| row.duration_nano > slowest;
        if self.slowest.is_none_or(is_slower) {
            self.slowest = Some((row.duration_nano, row.key));
        }
    }

    fn finish(
        mut self,
        key: &str,
        minutes: f64,
        trace_id: &impl Fn(i64) -> Option<TraceId>,
    ) -> Action {
        let mut texts = key.splitn(3, '\0').map(str::to_owned);
        let mut text = || texts.next().unwrap_or_default();
        let (service, name, route) = (text(), text(), text());
        let [p50_nano, p95_nano, p99_nano] = quantiles(&mut self.durations, [0.5, 0.95, 0.99]);
        let count = self.durations.len() as u64;
        let slowest = self.slowest.and_then(|(duration_nano, key)| {
            Some(SlowestTrace {
                trace_id: trace_id(key)?,
                duration_nano,
            })
        });
        let [previous_p50, previous_p95] = quantiles(&mut self.previous_durations, [0.5, 0.95]);
        let previous = PreviousPeriod {
            count: self.previous_durations.len() as u64,
            errors: self.previous_errors,
            p50_nano: previous_p50,
            p95_nano: previous_p95,
        };
        Action {
            name,
            route,
            service,
            count,
            per_minute: count as f64 / minutes.max(f64::MIN_POSITIVE),
            errors: self.errors,
            frustrated: self.frustrated,
            p50_nano,
            p95_nano,
            p99_nano,
            breakdown: self.breakdown,
            sparkline: self.sparkline,
            slowest,
            previous: (previous.count > 0).then_some(previous),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000_000_000;

    fn id(key: i64) -> Option<TraceId> {
        format!("{key:032x}").parse().ok()
    }

    fn row(name: &str, start: u64, duration: u64) -> RootRow<'_> {
        RootRow {
            key: i64::try_from(duration).unwrap(),
            start_unix_nano: start,
            duration_nano: duration,
            name,
            ..RootRow::default()
        }
    }

    #[test]
    fn figures_of_the_window_and_the_period_before() {
        let window = Window {
            since: 10 * MINUTE,
            until: 20 * MINUTE,
        };
        let mut table = ActionTable::new(window);
        for number in 0..20 {
            table.add(&row("like", 10 * MINUTE + number, 100 + number));
        }
        table.add(&RootRow {
            outcome: Outcome(Outcome::ERROR.0 | Outcome::RAGE_CLICK.0),
            ..row("like", 20 * MINUTE - 1, 5_000)
        });
        table.add(&row("like", 5 * MINUTE, 40));
        table.add(&row("open", 5 * MINUTE, 40));
        table.add(&row("like", 20 * MINUTE, 9_999));
        let actions = table.finish(10, id);
        assert_eq!((actions.traces, actions.actions.len()), (21, 1));
        let like = &actions.actions[0];
        assert_eq!((like.count, like.errors, like.frustrated), (21, 1, 1));
        assert_eq!(
            (like.p50_nano, like.p95_nano, like.p99_nano),
            (110, 119, 5_000)
        );
        assert_eq!((like.sparkline[0], like.sparkline[29]), (20, 1));
        assert!((like.per_minute - 2.1).abs() < 1e-9);
        assert_eq!(like.slowest.unwrap().trace_id, id(5_000).unwrap());
        let previous = like.previous.unwrap();
        assert_eq!((previous.count, previous.p50_nano), (1, 40));
    }

    #[test]
    fn rare_actions_are_left_out_and_counted() {
        let window = Window {
            since: 0,
            until: 10,
        };
        let mut table = ActionTable::new(window);
        for name in ["a", "b", "b", "c"] {
            table.add(&row(name, 1, 1));
        }
        let actions = table.finish(2, id);
        let names: Vec<_> = actions.actions.iter().map(|action| &*action.name).collect();
        assert_eq!((names, actions.left_out), (vec!["b", "a"], 1));
    }
}
