//! Collects the features of traces, and ranks them.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet, hash_map::Entry},
};

use super::{
    Explanation, Finding, FindingKind, Group, TimeShare,
    feature::Feature,
    features::Features,
    statistics::{Counts, Totals, holm},
};
use crate::Trace;

/// A feature of fewer traces is not tested.
const MIN_SUPPORT: u32 = 5;

/// The limit of the corrected p-value.
const MAX_P_VALUE: f64 = 0.001;

/// The least difference between the shares of the two groups.
const MIN_DIFFERENCE: f64 = 0.1;

/// A start is a finding only if it separates the groups better than most values do.
const MIN_START_DIFFERENCE: f64 = 0.5;

/// Starts that are tested as the point from which on traces differ.
const START_TESTS: usize = 31;

/// The part of the rest that a number's limit is derived from.
const REST_PART: f64 = 0.98;

/// A number is a finding if it exceeds the rest by this factor.
const NUMBER_FACTOR: f64 = 2.0;

/// The part of the selection that has to exceed that.
const MIN_NUMBER_SHARE: f64 = 0.5;

/// The least part of the selection's time that spans of one name take.
const MIN_TIME_SHARE: f64 = 0.1;

/// Features are one finding if this part of their traces is the same.
const MIN_OVERLAP: f64 = 0.9;

const MAX_FINDINGS: usize = 12;
const MAX_ALSO: usize = 8;
const MAX_GROUPS: usize = 6;
const MAX_TIMES: usize = 8;

/// Different features. The values of further ones are ignored: they are hardly ever repeated.
const MAX_FEATURES: usize = 400_000;

/// Collects the features of selected traces and of others, and ranks them. The module describes
/// the statistics.
///
/// # Examples
///
/// ```
/// use trace_model::{Attribute, Span, Trace, explain::Explainer};
///
/// let mut explainer = Explainer::default();
/// for number in 1..=200_u64 {
///     let trace_id = format!("{number:032x}").parse()?;
///     let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
///     let is_slow = number % 10 == 0;
///     let region = if is_slow { "eu" } else { "us" };
///     span.attributes = [Attribute::new("cloud.region", region)].into_iter().collect();
///     explainer.add(&Trace::from_spans(trace_id, vec![span]), is_slow);
/// }
/// let findings = explainer.finish(true).findings;
/// assert_eq!((&*findings[0].key, &*findings[0].value), ("cloud.region", "eu"));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Debug, Default)]
pub struct Explainer {
    ids: HashMap<Feature, u32>,
    features: Vec<Feature>,
    /// Features that are properties of the root or of a resource.
    context: HashSet<u32>,
    traces: Vec<Row>,
    times: HashMap<String, [u64; 2]>,
    durations: [u64; 2],
}

/// One trace.
#[derive(Debug)]
struct Row {
    is_selected: bool,
    start: u64,
    duration: u64,
    present: Vec<u32>,
    numbers: Vec<(u32, f64)>,
}

/// A feature that may be a finding.
struct Candidate {
    feature: Feature,
    counts: Counts,
    /// The traces that have it.
    traces: Vec<bool>,
    medians: Option<(f64, f64)>,
    p_value: f64,
    bits: f64,
}

impl Explainer {
    /// Adds a trace.
    pub fn add(&mut self, trace: &Trace, is_selected: bool) {
        let features = Features::of(trace);
        let extent = trace.extent();
        for (name, nanos) in features.self_times {
            self.times.entry(name).or_default()[usize::from(is_selected)] += nanos;
        }
        self.durations[usize::from(is_selected)] += extent.duration();
        for feature in features.context {
            let id = self.id(feature);
            self.context.extend(id);
        }
        let present = features.present.into_iter();
        let mut present: Vec<_> = present.filter_map(|feature| self.id(feature)).collect();
        present.sort_unstable();
        present.dedup();
        let numbers = features.numbers.into_iter();
        let numbers = numbers
            .filter_map(|(feature, number)| Some((self.id(feature)?, number)))
            .collect();
        self.traces.push(Row {
            is_selected,
            start: extent.start,
            duration: extent.duration(),
            present,
            numbers,
        });
    }

    fn id(&mut self, feature: Feature) -> Option<u32> {
        let next = self.features.len();
        match self.ids.entry(feature) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(_) if next >= MAX_FEATURES => None,
            Entry::Vacant(entry) => {
                self.features.push(entry.key().clone());
                Some(*entry.insert(u32::try_from(next).ok()?))
            }
        }
    }

    /// Ranks the features. `includes_starts` is false if the selection is itself a range of time.
    ///
    /// The numbers of traces in the result are those that were added.
    #[must_use]
    pub fn finish(self, includes_starts: bool) -> Explanation {
        let selected = self.traces.iter().filter(|row| row.is_selected).count() as u32;
        let totals = Totals::new(selected, self.traces.len() as u32 - selected);
        let mut explanation = Explanation {
            selected: totals.selected.into(),
            rest: totals.rest.into(),
            sampled_selected: totals.selected.into(),
            sampled_rest: totals.rest.into(),
            times: self.times(),
            ..Explanation::default()
        };
        if totals.selected == 0 || totals.rest == 0 {
            return explanation;
        }
        let (mut candidates, mut tests) = self.present(&totals);
        if self.is_selected_by_failure(&totals) {
            // That they failed is how they were selected.
            candidates.retain(|found| found.feature.kind != FindingKind::SpanFailed);
        }
        let (numbers, number_tests) = self.numbers(&totals);
        candidates.extend(numbers);
        tests += number_tests;
        if includes_starts {
            candidates.extend(self.start(&totals));
            tests += START_TESTS;
        }
        explanation.tested = tests as u64;
        let candidates = self.significant(candidates, tests, &totals);
        explanation.findings = self.findings(candidates, &totals);
        explanation
    }

    /// Returns the values, names and failures whose shares differ, and the number of tests.
    fn present(&self, totals: &Totals) -> (Vec<Candidate>, usize) {
        let mut counts = vec![Counts::default(); self.features.len()];
        for row in &self.traces {
            for id in &row.present {
                let counts = &mut counts[*id as usize];
                *if row.is_selected {
                    &mut counts.selected
                } else {
                    &mut counts.rest
                } += 1;
            }
        }
        let all = totals.selected + totals.rest;
        let is_tested = |counts: &Counts| {
            let having = counts.selected + counts.rest;
            having >= MIN_SUPPORT && having < all
        };
        let tests = counts.iter().filter(|counts| is_tested(counts)).count();
        let tested = counts.iter().zip(0_u32..);
        let candidates = tested
            .filter(|(counts, _)| is_tested(counts))
            .filter_map(|(counts, id)| self.present_candidate(id, *counts, totals))
            .collect();
        (candidates, tests)
    }

    /// Whether nearly all selected traces failed, and hardly any other.
    fn is_selected_by_failure(&self, totals: &Totals) -> bool {
        let is_failure = |id: &u32| self.features[*id as usize].kind == FindingKind::SpanFailed;
        let failed = self.select(|row| row.present.iter().any(is_failure));
        let (selected, rest) = totals.shares(self.count(&failed));
        selected > 0.95 && rest < 0.05
    }

    fn present_candidate(&self, id: u32, counts: Counts, totals: &Totals) -> Option<Candidate> {
        let mut feature = self.features[id as usize].clone();
        let (selected, rest) = totals.shares(counts);
        let has = |row: &Row| row.present.binary_search(&id).is_ok();
        if selected - rest >= MIN_DIFFERENCE {
            return Some(Candidate::new(feature, counts, self.select(has)));
        }
        if feature.kind == FindingKind::SpanPresent && rest - selected >= MIN_DIFFERENCE {
            feature.kind = FindingKind::SpanMissing;
            let counts = Counts {
                selected: totals.selected - counts.selected,
                rest: totals.rest - counts.rest,
            };
            return Some(Candidate::new(
                feature,
                counts,
                self.select(|row| !has(row)),
            ));
        }
        None
    }

    fn select(&self, has: impl Fn(&Row) -> bool) -> Vec<bool> {
        self.traces.iter().map(has).collect()
    }

    /// Returns the numbers that are far larger in most selected traces, and the number of tests.
    fn numbers(&self, totals: &Totals) -> (Vec<Candidate>, usize) {
        let mut by_feature: HashMap<u32, Vec<(usize, f64)>> = HashMap::new();
        for (index, row) in self.traces.iter().enumerate() {
            for (id, number) in &row.numbers {
                by_feature.entry(*id).or_default().push((index, *number));
            }
        }
        by_feature.retain(|_, found| found.len() >= MIN_SUPPORT as usize);
        let tests = by_feature.len();
        let candidates = by_feature
            .into_iter()
            .filter_map(|(id, found)| self.number_candidate(id, &found, totals));
        (candidates.collect(), tests)
    }

    fn number_candidate(
        &self,
        id: u32,
        found: &[(usize, f64)],
        totals: &Totals,
    ) -> Option<Candidate> {
        // A trace without the number has zero.
        let mut values = vec![0.0; self.traces.len()];
        for (index, number) in found {
            values[*index] = *number;
        }
        let of = |is_selected: bool| {
            let values = values.iter().zip(&self.traces);
            let group = values.filter(|(_, row)| row.is_selected == is_selected);
            let mut group: Vec<f64> = group.map(|(value, _)| *value).collect();
            group.sort_unstable_by(f64::total_cmp);
            group
        };
        let (selected, rest) = (of(true), of(false));
        let limit = NUMBER_FACTOR * quantile(&rest, REST_PART).max(0.0);
        let traces: Vec<bool> = values.iter().map(|value| *value > limit).collect();
        let counts = self.count(&traces);
        if totals.shares(counts).0 < MIN_NUMBER_SHARE {
            return None;
        }
        let feature = self.features[id as usize].clone();
        let medians = (quantile(&selected, 0.5), quantile(&rest, 0.5));
        if feature.kind == FindingKind::SelfTime {
            let selected = self.traces.iter().filter(|row| row.is_selected);
            let mut durations: Vec<f64> = selected.map(|row| row.duration as f64).collect();
            durations.sort_unstable_by(f64::total_cmp);
            if medians.0 < MIN_TIME_SHARE * quantile(&durations, 0.5) {
                return None;
            }
        }
        Some(Candidate {
            medians: Some(medians),
            ..Candidate::new(feature, counts, traces)
        })
    }

    fn count(&self, traces: &[bool]) -> Counts {
        let mut counts = Counts::default();
        for (row, _) in self.traces.iter().zip(traces).filter(|(_, has)| **has) {
            if row.is_selected {
                counts.selected += 1;
            } else {
                counts.rest += 1;
            }
        }
        counts
    }

    /// Returns the start that separates the groups best, if it separates them well.
    fn start(&self, totals: &Totals) -> Option<Candidate> {
        let mut starts: Vec<u64> = self.traces.iter().map(|row| row.start).collect();
        starts.sort_unstable();
        let candidates = (1..=START_TESTS).map(|step| {
            let start = starts[step * (starts.len() - 1) / (START_TESTS + 1)];
            let after = self.select(|row| row.start >= start);
            let counts = self.count(&after);
            (start, after, counts)
        });
        let information = |counts: &Counts| totals.information(*counts);
        let (start, after, counts) =
            candidates.max_by(|a, b| information(&a.2).total_cmp(&information(&b.2)))?;
        let (selected, rest) = totals.shares(counts);
        let value = start.to_string();
        if selected - rest >= MIN_START_DIFFERENCE {
            let feature = Feature::new(FindingKind::StartedAfter, "", &value);
            return Some(Candidate::new(feature, counts, after));
        }
        if rest - selected >= MIN_START_DIFFERENCE {
            let before: Vec<bool> = after.iter().map(|after| !after).collect();
            let counts = self.count(&before);
            let feature = Feature::new(FindingKind::StartedBefore, "", &value);
            return Some(Candidate::new(feature, counts, before));
        }
        None
    }

    /// Returns the candidates that chance does not explain, best first.
    fn significant(
        &self,
        mut candidates: Vec<Candidate>,
        tests: usize,
        totals: &Totals,
    ) -> Vec<Candidate> {
        for candidate in &mut candidates {
            candidate.p_value = totals.fisher(candidate.counts);
            // The best of several starts.
            if let FindingKind::StartedAfter | FindingKind::StartedBefore = candidate.feature.kind {
                candidate.p_value = (candidate.p_value * START_TESTS as f64).min(1.0);
            }
        }
        candidates.sort_unstable_by(|a, b| a.p_value.total_cmp(&b.p_value));
        let mut p_values: Vec<f64> = candidates.iter().map(|found| found.p_value).collect();
        holm(&mut p_values, tests);
        let mut values: HashMap<(FindingKind, &str), u32> = HashMap::new();
        for feature in &self.features {
            *values.entry((feature.kind, &feature.key)).or_default() += 1;
        }
        for (candidate, p_value) in candidates.iter_mut().zip(p_values) {
            candidate.p_value = p_value;
            let feature = &candidate.feature;
            let values = values.get(&(feature.kind, &*feature.key));
            let naming = f64::from(*values.unwrap_or(&1)).log2();
            candidate.bits = totals.information(candidate.counts)
                * feature.weight(self.is_context(feature))
                - naming;
        }
        candidates.retain(|found| found.p_value < MAX_P_VALUE && found.bits > 0.0);
        candidates.sort_by(Candidate::compare);
        candidates
    }

    fn is_context(&self, feature: &Feature) -> bool {
        let id = self.ids.get(feature);
        id.is_some_and(|id| self.context.contains(id))
    }

    fn findings(&self, candidates: Vec<Candidate>, totals: &Totals) -> Vec<Finding> {
        let mut findings: Vec<(Candidate, Vec<String>)> = Vec::new();
        for candidate in candidates {
            let mut known = findings.iter_mut();
            let same = known.find(|(known, _)| known.overlap(&candidate) >= MIN_OVERLAP);
            if let Some((_, also)) = same {
                if also.len() < MAX_ALSO {
                    also.push(candidate.feature.describe());
                }
            } else if findings.len() < MAX_FINDINGS {
                findings.push((candidate, Vec::new()));
            }
        }
        findings
            .into_iter()
            .map(|(candidate, also)| Finding {
                also,
                groups: self.groups(&candidate.feature, totals),
                ..candidate.finish(totals)
            })
            .collect()
    }

    /// Returns the most frequent values of an attribute.
    fn groups(&self, of: &Feature, totals: &Totals) -> Vec<Group> {
        if !matches!(of.kind, FindingKind::Attribute | FindingKind::Browser) {
            return Vec::new();
        }
        let is_value = |feature: &Feature| feature.kind == of.kind && feature.key == of.key;
        let mut counts: HashMap<u32, Counts> = HashMap::new();
        for row in &self.traces {
            for id in &row.present {
                if is_value(&self.features[*id as usize]) {
                    let counts = counts.entry(*id).or_default();
                    counts.selected += u32::from(row.is_selected);
                    counts.rest += u32::from(!row.is_selected);
                }
            }
        }
        let mut groups: Vec<_> = counts
            .into_iter()
            .map(|(id, counts)| {
                let (selected_share, rest_share) = totals.shares(counts);
                Group {
                    value: self.features[id as usize].value.clone(),
                    selected_share,
                    rest_share,
                }
            })
            .collect();
        groups.sort_by(|a, b| {
            let by_selected = b.selected_share.total_cmp(&a.selected_share);
            let by_rest = b.rest_share.total_cmp(&a.rest_share);
            by_selected
                .then(by_rest)
                .then_with(|| a.value.cmp(&b.value))
        });
        groups.truncate(MAX_GROUPS);
        groups
    }

    fn times(&self) -> Vec<TimeShare> {
        let share = |nanos: u64, of: u64| nanos as f64 / of.max(1) as f64;
        let times = self.times.iter().map(|(name, [rest, selected])| TimeShare {
            name: name.clone(),
            selected: share(*selected, self.durations[1]),
            rest: share(*rest, self.durations[0]),
        });
        let difference = |time: &TimeShare| (time.selected - time.rest).abs();
        let mut times: Vec<_> = times.collect();
        times.sort_by(|a, b| {
            let largest = difference(b).total_cmp(&difference(a));
            largest.then_with(|| a.name.cmp(&b.name))
        });
        times.truncate(MAX_TIMES);
        times
    }
}

impl Candidate {
    const fn new(feature: Feature, counts: Counts, traces: Vec<bool>) -> Self {
        Self {
            feature,
            counts,
            traces,
            medians: None,
            p_value: 1.0,
            bits: 0.0,
        }
    }

    /// Orders by rank, and equal ranks by the features, so that the result is always the same.
    fn compare(&self, other: &Self) -> Ordering {
        let key = |found: &Self| (found.feature.key.clone(), found.feature.value.clone());
        let by_rank = other.bits.total_cmp(&self.bits);
        by_rank.then_with(|| key(self).cmp(&key(other)))
    }

    /// Returns the part of both features' traces that has both.
    fn overlap(&self, other: &Self) -> f64 {
        let pairs = || self.traces.iter().zip(&other.traces);
        let both = pairs().filter(|(a, b)| **a && **b).count();
        let any = pairs().filter(|(a, b)| **a || **b).count();
        both as f64 / any.max(1) as f64
    }

    fn finish(self, totals: &Totals) -> Finding {
        let (selected_share, rest_share) = totals.shares(self.counts);
        Finding {
            kind: self.feature.kind,
            query: self.feature.term(),
            selected_count: self.counts.selected.into(),
            rest_count: self.counts.rest.into(),
            selected_share,
            rest_share,
            selected_median: self.medians.map(|medians| medians.0),
            rest_median: self.medians.map(|medians| medians.1),
            p_value: self.p_value,
            bits: self.bits,
            key: self.feature.key,
            value: self.feature.value,
            also: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// Returns a quantile of sorted values.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let index = (sorted.len() as f64 * part).ceil() as usize;
    let value = sorted.get(index.saturating_sub(1));
    value.copied().unwrap_or_default()
}
