//! Explanations: reads the spans of a sample of traces.

use std::time::{Duration, Instant};

use trace_model::{
    Trace, TraceId,
    explain::{Explainer, Explanation},
    overview::{Outcome, Point},
};

use super::{facts::Details, origins::Origins, overview::Reader, spans};
use crate::analytics::Selection;

/// Traces of each group whose spans are read. More would hardly change the ranks.
const MAX_SAMPLE: usize = 1_000;

/// The time limit of reading spans.
const READ_TIME: Duration = Duration::from_secs(2);

/// The sample is read in this many passes, each over the whole range of time, so that the time
/// limit leaves out a bit of each part.
const PASSES: usize = 8;

/// A trace with more spans is left out: it would take the time of many others.
const MAX_SPANS: usize = 5_000;

/// Selected traces that are named in the result.
const MAX_EXAMPLES: usize = 20;

const SPAN_COUNT: &str = "SELECT id, span_count FROM trace WHERE number = ?";

/// The traces of the scope, newest first.
#[derive(Default)]
struct Groups {
    selected: Vec<i64>,
    rest: Vec<i64>,
    /// The newest selected traces, without their ids.
    examples: Vec<(i64, u64, u64, bool)>,
}

pub(super) fn explain(reader: &Reader<'_>, selection: Selection) -> rusqlite::Result<Explanation> {
    let mut groups = Groups::default();
    let coverage = reader.for_each(Details::None, |row| {
        if !selection.contains(row) {
            groups.rest.push(row.key);
            return;
        }
        groups.selected.push(row.key);
        if groups.examples.len() < MAX_EXAMPLES {
            let is_error = row.outcome.has(Outcome::ERROR);
            let example = (row.key, row.start_unix_nano, row.duration_nano, is_error);
            groups.examples.push(example);
        }
    })?;
    let mut explainer = Explainer::default();
    let is_read = read(reader, &groups, &mut explainer)?;
    let examples = groups.examples.into_iter();
    let examples = examples.filter_map(|(key, start_unix_nano, duration_nano, is_error)| {
        Some(Point {
            trace_id: reader.trace_id(key)?,
            start_unix_nano,
            duration_nano,
            is_error,
        })
    });
    Ok(Explanation {
        selected: groups.selected.len() as u64,
        rest: groups.rest.len() as u64,
        examples: examples.collect(),
        cut_short: coverage.cut_short || !is_read,
        searched: coverage.sample,
        ..explainer.finish(!selection.is_limited_in_time())
    })
}

/// Adds a sample of both groups. Returns false if the time limit was reached.
fn read(reader: &Reader<'_>, groups: &Groups, explainer: &mut Explainer) -> rusqlite::Result<bool> {
    let (deadline, mut origins) = (Instant::now() + READ_TIME, Origins::default());
    let group = |keys: &[i64], is_selected| {
        let keys = sample(keys).into_iter();
        keys.map(move |key| (key, is_selected)).collect::<Vec<_>>()
    };
    let mut traces = group(&groups.selected, true);
    traces.extend(group(&groups.rest, false));
    // Neighbors are on the same pages.
    traces.sort_unstable();
    for pass in 0..PASSES {
        for (key, is_selected) in traces.iter().skip(pass).step_by(PASSES) {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            if let Some(trace) = trace(reader, *key, &mut origins)? {
                explainer.add(&trace, *is_selected);
            }
        }
    }
    Ok(true)
}

fn trace(
    reader: &Reader<'_>,
    number: i64,
    origins: &mut Origins,
) -> rusqlite::Result<Option<Trace>> {
    let mut statement = reader.connection.prepare_cached(SPAN_COUNT)?;
    let (id, count) = statement.query_row([number], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, usize>(1)?))
    })?;
    let Some(id) = TraceId::try_from(&*id).ok().filter(|_| count <= MAX_SPANS) else {
        return Ok(None);
    };
    let values = spans::of_trace(reader.connection, number, origins)?;
    Ok(Some(Trace::from_spans(id, values.spans)))
}

/// Returns evenly distributed elements.
fn sample(keys: &[i64]) -> Vec<i64> {
    let count = keys.len().min(MAX_SAMPLE);
    (0..count)
        .map(|index| keys[index * keys.len() / count])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_is_even_and_bounded() {
        let keys: Vec<i64> = (0..10_000).collect();
        let sampled = sample(&keys);
        assert_eq!(sampled.len(), MAX_SAMPLE);
        assert!(sampled.windows(2).all(|pair| pair[1] - pair[0] == 10));
        assert_eq!(sample(&keys[..3]), [0, 1, 2]);
        assert!(sample(&[]).is_empty());
    }
}
