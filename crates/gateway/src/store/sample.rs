//! The traces that an overview is about: all that match its query, or an even sample of them.
//!
//! The index rules out most traces without a rare text, but it cannot decide about an attribute that
//! most traces have: their texts or spans have to be read. For 100,000 traces that takes a second,
//! which is too long for a page that shows them. The traces are therefore read in rounds. Each is spread
//! over the whole range, and doubles the number of traces that were read. The rounds that are complete
//! when the time is up are the sample. Its size rarely changes between two requests, so the counts of a
//! page that is refreshed do not jump. The newest traces alone would be read as fast, but they say
//! nothing about an hour ago.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, functions::FunctionFlags};
use trace_model::overview::{Coverage, Sample};

use super::{
    filter::{COLUMNS, Columns, Filter, Ternary, column},
    list::{self, Matching, Outcome, ROWS_PER_TIME_CHECK, Scan},
    trace_query::TraceFilter,
};

/// The time limit of reading the index.
const INDEX_TIME: Duration = Duration::from_secs(1);

/// The time limit of reading the traces that the index cannot decide about.
const READ_TIME: Duration = Duration::from_millis(60);

/// A trace that takes longer is read last. It is huge, and would take the time of many others.
const MAX_TRACE_TIME: Duration = Duration::from_millis(2);

/// The first round reads each trace whose position is a multiple of this power of two: of 100,000, it
/// takes 2 to 20 ms.
const FIRST_STEP: usize = 256;

/// The number of rounds after which all traces are read.
const ROUNDS: u32 = FIRST_STEP.trailing_zeros() + 1;

/// More matches are not needed: with 10,000, a share differs from that of all by one percentage point at most, in 95 of 100
/// samples.
const MAX_SAMPLE: usize = 10_000;

/// The SQL function that collects the candidates.
const COLLECT: &str = "collect_candidate";

/// Start and number of a trace.
type Position = (i64, i64);

/// The traces that the index does not rule out, newest first.
#[derive(Debug, Default)]
struct Candidates {
    /// Those that match, as the index shows.
    decided: Vec<Position>,
    undecided: Vec<Position>,
    rows: u32,
    /// The time limit was reached. There are no older ones.
    cut_short: bool,
}

/// Returns the traces that match, newest first, or a sample of them.
pub(super) fn matching(
    connection: &Connection,
    filter: &TraceFilter,
    now: i64,
) -> rusqlite::Result<Matching> {
    let deadline = Instant::now() + INDEX_TIME;
    if filter
        .query
        .conditions()
        .any(|it| list::trace_id(it).is_some())
    {
        return list::matching(connection, filter, now, deadline);
    }
    let mut scan = Scan::new(connection, filter, now, deadline)?;
    let candidates = candidates(&scan)?;
    let deadline = Instant::now() + READ_TIME;
    read(&candidates, |number, is_last| {
        let now = Instant::now();
        if now >= deadline {
            return Ok(Reading::OutOfTime);
        }
        let own = now + MAX_TRACE_TIME;
        scan.deadline = if is_last { deadline } else { deadline.min(own) };
        Ok(match scan.evaluate_trace(number)? {
            Outcome::Match => Reading::Match,
            Outcome::NoMatch => Reading::NoMatch,
            Outcome::TimedOut if scan.deadline < deadline => Reading::TooLarge,
            Outcome::TimedOut => Reading::OutOfTime,
        })
    })
}

/// The result of reading a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Match,
    NoMatch,
    /// The trace takes longer than [`MAX_TRACE_TIME`].
    TooLarge,
    OutOfTime,
}

/// Scans the index. The function collects its arguments and returns false, because returning a row
/// from a statement costs several times as much.
fn candidates(scan: &Scan<'_>) -> rusqlite::Result<Candidates> {
    let found = Arc::new(Mutex::new(Candidates::default()));
    let (filter, deadline) = (Arc::clone(&scan.columns), scan.deadline);
    let collected = Arc::clone(&found);
    let count = i32::try_from(COLUMNS.len()).unwrap_or(-1);
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    let connection = scan.connection;
    connection.create_scalar_function(COLLECT, count, flags, move |columns| {
        let mut found = collected.lock().unwrap_or_else(PoisonError::into_inner);
        // An unreadable column becomes an error when the row is read.
        let is_collected = found.collect(&filter, columns, deadline).unwrap_or(false);
        Ok(!is_collected)
    })?;
    let conditions = scan.columns.sql(COLLECT, &[column::START, column::NUMBER]);
    let sql = format!(
        "SELECT start, number FROM trace INDEXED BY trace_by_start
        WHERE start >= ? AND {conditions} ORDER BY start DESC, number DESC"
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([scan.filter.since])?;
    if let Some(row) = rows.next()? {
        // Either the time limit was reached at this row, or it cannot be read.
        row.number(0)?;
        row.number(1)?;
    }
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(found)
}

impl Candidates {
    /// Collects a row of the index. Returns false at the time limit.
    fn collect(
        &mut self,
        filter: &Filter,
        columns: &impl Columns,
        deadline: Instant,
    ) -> rusqlite::Result<bool> {
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_PER_TIME_CHECK) && Instant::now() >= deadline {
            self.cut_short = true;
            return Ok(false);
        }
        let list = match filter.evaluate_rest(columns)? {
            Ternary::False => return Ok(true),
            Ternary::True => &mut self.decided,
            Ternary::Unknown => &mut self.undecided,
        };
        list.push((
            columns.number(column::START)?,
            columns.number(column::NUMBER)?,
        ));
        Ok(true)
    }
}

/// Reads the undecided candidates, round by round, and then the large ones. `read_trace` gets the number
/// of a trace, and whether it is one of those.
fn read(
    candidates: &Candidates,
    mut read_trace: impl FnMut(i64, bool) -> rusqlite::Result<Reading>,
) -> rusqlite::Result<Matching> {
    let mut found = Found::default();
    let mut rounds = 0;
    let total = candidates.decided.len() + candidates.undecided.len();
    let has_many = !candidates.undecided.is_empty() && total > 2 * MAX_SAMPLE;
    while rounds < ROUNDS && !(has_many && found.matches.len() >= MAX_SAMPLE) {
        let undecided = of_round(&candidates.undecided, rounds);
        let round = Found::of(undecided, |number| read_trace(number, false))?;
        let is_complete = round.is_complete;
        if is_complete || rounds == 0 {
            found.add(round);
        }
        if !is_complete {
            break;
        }
        let decided = of_round(&candidates.decided, rounds);
        found.searched += decided.clone().count();
        found.matches.extend(decided);
        rounds += 1;
    }
    if rounds == ROUNDS {
        let large = std::mem::take(&mut found.large).into_iter();
        found.add(Found::of(large, |number| read_trace(number, true))?);
    }
    // Not even one round was complete: what was read is about the newest traces.
    let cut_short = candidates.cut_short || rounds == 0;
    let is_sample = !cut_short && found.searched < total;
    let sample = is_sample.then_some(Sample {
        searched: found.searched as u64,
        candidates: total as u64,
    });
    let mut positions = found.matches;
    positions.sort_unstable_by(|one, other| other.cmp(one));
    Ok(Matching {
        positions,
        coverage: Coverage { cut_short, sample },
    })
}

/// The results of reading candidates.
#[derive(Debug, Default)]
struct Found {
    matches: Vec<Position>,
    large: Vec<Position>,
    searched: usize,
    /// The time was sufficient.
    is_complete: bool,
}

impl Found {
    fn of(
        candidates: impl Iterator<Item = Position>,
        mut read_trace: impl FnMut(i64) -> rusqlite::Result<Reading>,
    ) -> rusqlite::Result<Self> {
        let mut found = Self::default();
        for position in candidates {
            match read_trace(position.1)? {
                Reading::Match => found.matches.push(position),
                Reading::NoMatch => {}
                Reading::TooLarge => {
                    found.large.push(position);
                    continue;
                }
                Reading::OutOfTime => return Ok(found),
            }
            found.searched += 1;
        }
        found.is_complete = true;
        Ok(found)
    }

    fn add(&mut self, mut other: Self) {
        self.matches.append(&mut other.matches);
        self.large.append(&mut other.large);
        self.searched += other.searched;
    }
}

/// Returns the candidates of a round. Those of the first rounds together are evenly spread.
fn of_round(all: &[Position], round: u32) -> impl Iterator<Item = Position> + Clone {
    let (first, step) = match round {
        0 => (0, FIRST_STEP),
        // In the middle between those of the rounds before.
        _ => (FIRST_STEP >> round, FIRST_STEP >> (round - 1)),
    };
    all.iter().copied().skip(first).step_by(step)
}

#[cfg(test)]
mod tests {
    use super::{
        super::list::tests::{query, with_traces},
        *,
    };

    #[test]
    fn without_haste_the_same_traces_match_as_in_lists() {
        let connection = with_traces(500);
        let far = Instant::now() + Duration::from_secs(60);
        for text in [
            "t",
            "t49",
            "name:t4",
            "-t49",
            "nothing-like-it",
            "duration>1ms",
            "status:ok",
        ] {
            let filter = query(text, None);
            let all = list::matching(&connection, &filter, 0, far).unwrap();
            let mut scan = Scan::new(&connection, &filter, 0, far).unwrap();
            let candidates = candidates(&scan).unwrap();
            scan.deadline = far;
            let read_trace = |number, _| {
                Ok(match scan.evaluate_trace(number)? {
                    Outcome::Match => Reading::Match,
                    Outcome::NoMatch => Reading::NoMatch,
                    Outcome::TimedOut => Reading::OutOfTime,
                })
            };
            let matching = read(&candidates, read_trace).unwrap();
            assert_eq!(matching.positions, all.positions, "{text}");
            assert_eq!(matching.coverage, Coverage::default(), "{text}");
        }
    }

    /// Reads 1,000 undecided and 500 decided candidates, of which every second one matches, in the time
    /// for a number of them. Each 100th undecided one is large.
    fn read_in_time_for(mut count: usize) -> Matching {
        let candidates = Candidates {
            undecided: (0..1_000).rev().map(|number| (number, number)).collect(),
            decided: (1_000..1_500)
                .rev()
                .map(|number| (number, number))
                .collect(),
            ..Candidates::default()
        };
        let read_trace = |number: i64, is_last: bool| {
            if count == 0 {
                return Ok(Reading::OutOfTime);
            }
            count -= 1;
            Ok(match number {
                _ if number % 100 == 0 && !is_last => Reading::TooLarge,
                _ if number % 2 == 0 => Reading::Match,
                _ => Reading::NoMatch,
            })
        };
        read(&candidates, read_trace).unwrap()
    }

    #[test]
    fn sample_has_no_more_matches_than_needed() {
        let candidates = Candidates {
            undecided: (0..100_000).rev().map(|number| (number, number)).collect(),
            ..Candidates::default()
        };
        let matching = read(&candidates, |_, _| Ok(Reading::Match)).unwrap();
        assert_eq!(matching.positions.len(), 12_500);
        assert_eq!(matching.coverage.sample.unwrap().candidates, 100_000);
        // If the index decides about all of them, nothing has to be read.
        let decided = Candidates {
            decided: candidates.undecided,
            ..Candidates::default()
        };
        let matching = read(&decided, |_, _| Ok(Reading::OutOfTime)).unwrap();
        assert_eq!(
            (matching.positions.len(), matching.coverage),
            (100_000, Coverage::default())
        );
    }

    #[test]
    fn large_traces_are_read_last() {
        let all = read_in_time_for(1_010);
        assert_eq!(all.coverage, Coverage::default());
        assert_eq!(all.positions.len(), 1_000);
        let without_large = read_in_time_for(1_000);
        let sample = without_large.coverage.sample.unwrap();
        assert_eq!((sample.searched, sample.candidates), (1_490, 1_500));
        assert_eq!(without_large.positions.len(), 990);
    }

    #[test]
    fn complete_rounds_are_a_sample_with_the_same_share_of_both_kinds() {
        let matching = read_in_time_for(500);
        let sample = matching.coverage.sample.unwrap();
        assert!(!matching.coverage.cut_short);
        assert_eq!(sample.candidates, 1_500);
        assert!((700..=750).contains(&sample.searched), "{sample:?}");
        let decided = matching.positions.iter().filter(|it| it.1 >= 1_000).count();
        assert!((230..=250).contains(&decided), "{decided}");
        assert!(matching.positions.is_sorted_by(|one, other| one > other));
    }

    #[test]
    fn less_than_a_round_is_about_the_newest_traces() {
        let matching = read_in_time_for(3);
        assert!(matching.coverage.cut_short);
        assert_eq!(matching.coverage.sample, None);
    }

    #[test]
    fn time_limit_of_the_index_leaves_out_the_oldest_traces() {
        let connection = with_traces(500);
        let filter = query("t", None);
        let scan = Scan::new(&connection, &filter, 0, Instant::now()).unwrap();
        let candidates = candidates(&scan).unwrap();
        assert!(candidates.cut_short);
        let newest = candidates.undecided.first().map(|it| it.1);
        assert!(newest.is_none_or(|number| number == 500));
        assert!(candidates.undecided.len() < 500);
    }

    #[test]
    fn any_number_of_rounds_is_spread_evenly() {
        let all: Vec<Position> = (0..25_600).map(|number| (number, number)).collect();
        for rounds in 1..=ROUNDS {
            let mut sample: Vec<_> = (0..rounds)
                .flat_map(|round| of_round(&all, round))
                .collect();
            sample.sort_unstable();
            let step = FIRST_STEP >> (rounds - 1);
            let expected: Vec<_> = all.iter().copied().step_by(step).collect();
            assert_eq!(sample, expected, "{rounds}");
        }
    }
}
