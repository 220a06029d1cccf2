//! The differences between two traces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{Attributes, Lane, Parent, Span, SpanStatus, Trace};

/// Two traces, *a* and *b*, matched by path of names.
///
/// Spans correspond to one another if they have the same service and name, and their parents
/// correspond. Where several spans of a trace have one path, they are compared as a group. A path
/// that only *a* has is missing in *b*; one that only *b* has was added.
///
/// The comparison is symmetric: exchanging the traces exchanges the two sides of each path, and
/// changes neither the paths nor their order.
///
/// # Examples
///
/// ```
/// use trace_model::{Comparison, Span, Trace};
///
/// let trace = |end| {
///     let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
///     let mut root = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
///     (root.start_unix_nano, root.end_unix_nano) = (100, end);
///     Ok::<_, trace_model::IdError>(Trace::from_spans(trace_id, vec![root]))
/// };
/// let comparison = Comparison::of(&trace(200)?, &trace(350)?);
/// assert_eq!(comparison.paths[0].difference_nano(), 150);
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Depth first. Siblings are in the order in which they start, in either trace.
    pub paths: Vec<ComparedPath>,
}

/// The spans of both traces with one path of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedPath {
    pub service: String,
    pub name: String,
    pub lane: Lane,
    /// The index of the path around this one.
    pub parent: Option<usize>,
    pub depth: usize,
    pub a: PathSpans,
    pub b: PathSpans,
}

/// The spans of one trace with one path of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathSpans {
    /// Their indices.
    pub nodes: Vec<usize>,
    /// The sum of their durations.
    pub total_nano: u64,
    /// The sum of their self times.
    pub self_nano: u64,
    pub errors: usize,
}

/// A field or attribute with other values in one trace than in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub field: ChangedField,
    /// The different values in *a*, sorted. Empty if no span of *a* has it.
    pub a: Vec<String>,
    pub b: Vec<String>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangedField {
    /// The status, with the message of an error.
    Status,
    /// An attribute of the spans.
    Attribute(String),
    /// An attribute of their resources.
    Resource(String),
}

impl ComparedPath {
    /// Returns whether *a* has such spans and *b* has none.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.b.nodes.is_empty()
    }

    /// Returns whether *b* has such spans and *a* has none.
    #[must_use]
    pub const fn is_added(&self) -> bool {
        self.a.nodes.is_empty()
    }

    /// Returns by how much the spans of *b* take longer, in nanoseconds.
    #[must_use]
    pub fn difference_nano(&self) -> i64 {
        difference(self.a.total_nano, self.b.total_nano)
    }

    /// Returns by how much the self time of the spans of *b* is longer, in nanoseconds.
    #[must_use]
    pub fn self_difference_nano(&self) -> i64 {
        difference(self.a.self_nano, self.b.self_nano)
    }
}

fn difference(a: u64, b: u64) -> i64 {
    let size = i64::try_from(a.abs_diff(b)).unwrap_or(i64::MAX);
    if b < a { -size } else { size }
}

impl Comparison {
    /// Matches the spans of two traces.
    #[must_use]
    pub fn of(a: &Trace, b: &Trace) -> Self {
        let mut tree = PathTree::default();
        tree.insert(a, |path| &mut path.a);
        tree.insert(b, |path| &mut path.b);
        Self {
            paths: tree.into_paths(),
        }
    }

    /// Returns the path whose self times differ most in one direction: the one that made most of the
    /// difference between the traces. `is_longer`: those that take longer in *b*.
    #[must_use]
    pub fn main_difference(&self, is_longer: bool) -> Option<usize> {
        let differs = |path: &ComparedPath| {
            let difference = path.self_difference_nano();
            difference != 0 && (difference > 0) == is_longer
        };
        let paths = self.paths.iter().enumerate();
        let paths = paths.filter(|(_, path)| differs(path));
        let largest = paths.max_by_key(|(_, path)| path.self_difference_nano().unsigned_abs());
        largest.map(|(index, _)| index)
    }

    /// Returns what differs between the spans of a path, apart from their times. `a` and `b` are
    /// the compared traces. A path that only one of them has did not change.
    ///
    /// # Panics
    ///
    /// If there is no path at this index, or the traces are not the compared ones.
    #[must_use]
    pub fn changes(&self, path: usize, a: &Trace, b: &Trace) -> Vec<Change> {
        let path = &self.paths[path];
        if path.is_missing() || path.is_added() {
            return Vec::new();
        }
        let (mut a, mut b) = (values(a, &path.a), values(b, &path.b));
        let fields: BTreeSet<ChangedField> = a.keys().chain(b.keys()).cloned().collect();
        let changes = fields.into_iter().map(|field| Change {
            a: a.remove(&field).unwrap_or_default().into_iter().collect(),
            b: b.remove(&field).unwrap_or_default().into_iter().collect(),
            field,
        });
        changes.filter(|change| change.a != change.b).collect()
    }
}

/// Returns the different values of each field of some spans.
fn values(trace: &Trace, spans: &PathSpans) -> BTreeMap<ChangedField, BTreeSet<String>> {
    let mut values: BTreeMap<ChangedField, BTreeSet<String>> = BTreeMap::new();
    for &index in &spans.nodes {
        let span = &trace.nodes()[index].span;
        let mut add = |field: ChangedField, value: String| {
            values.entry(field).or_default().insert(value);
        };
        add(ChangedField::Status, status(span));
        let mut add_all = |attributes: &Attributes, field: fn(String) -> ChangedField| {
            for attribute in &attributes.0 {
                add(
                    field(attribute.key.clone()),
                    attribute.value.to_json_or_text(),
                );
            }
        };
        add_all(&span.attributes, ChangedField::Attribute);
        add_all(&span.resource.attributes, ChangedField::Resource);
    }
    values
}

fn status(span: &Span) -> String {
    match &span.status {
        SpanStatus::Unset => "unset".to_owned(),
        SpanStatus::Ok => "ok".to_owned(),
        SpanStatus::Error(message) if message.is_empty() => "error".to_owned(),
        SpanStatus::Error(message) => format!("error: {message}"),
    }
}

/// Paths in the order in which they were first seen.
#[derive(Default)]
struct PathTree {
    paths: Vec<ComparedPath>,
    /// The earliest start of each path, in nanoseconds after the start of its trace.
    starts: Vec<u64>,
    positions: HashMap<(Option<usize>, String, String), usize>,
}

impl PathTree {
    fn insert(&mut self, trace: &Trace, side: fn(&mut ComparedPath) -> &mut PathSpans) {
        let mut path_of = Vec::with_capacity(trace.nodes().len());
        for (index, node) in trace.nodes().iter().enumerate() {
            let parent = match node.parent {
                Parent::Node(parent) => Some(path_of[parent]),
                Parent::None | Parent::Missing => None,
            };
            let interval = node.interval();
            let start = interval.start.saturating_sub(trace.extent().start);
            let position = self.position(parent, &node.span, node.lane);
            self.starts[position] = self.starts[position].min(start);
            let path = &mut self.paths[position];
            path.lane = path.lane.min(node.lane);
            let spans = side(path);
            spans.nodes.push(index);
            spans.total_nano = spans.total_nano.saturating_add(interval.duration());
            spans.self_nano = spans.self_nano.saturating_add(trace.self_time_nano(index));
            spans.errors += usize::from(node.span.is_error());
            path_of.push(position);
        }
    }

    fn position(&mut self, parent: Option<usize>, span: &Span, lane: Lane) -> usize {
        let key = (parent, span.service().to_owned(), span.name.clone());
        if let Some(&position) = self.positions.get(&key) {
            return position;
        }
        let position = self.paths.len();
        self.paths.push(ComparedPath {
            service: key.1.clone(),
            name: key.2.clone(),
            lane,
            parent,
            depth: parent.map_or(0, |parent| self.paths[parent].depth + 1),
            a: PathSpans::default(),
            b: PathSpans::default(),
        });
        self.starts.push(u64::MAX);
        self.positions.insert(key, position);
        position
    }

    /// Orders the paths depth first.
    fn into_paths(self) -> Vec<ComparedPath> {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.paths.len()];
        let mut top = Vec::new();
        for (index, path) in self.paths.iter().enumerate() {
            path.parent
                .map_or(&mut top, |parent| &mut children[parent])
                .push(index);
        }
        let sort = |list: &mut Vec<usize>| {
            let key = |&index: &usize| {
                let path = &self.paths[index];
                (self.starts[index], &path.service, &path.name)
            };
            // The earliest one is popped first.
            list.sort_by(|left, right| key(right).cmp(&key(left)));
        };
        sort(&mut top);
        let mut stack: Vec<(usize, Option<usize>)> =
            top.into_iter().map(|index| (index, None)).collect();
        let mut ordered: Vec<ComparedPath> = Vec::with_capacity(self.paths.len());
        while let Some((index, parent)) = stack.pop() {
            let own = ordered.len();
            ordered.push(ComparedPath {
                parent,
                ..self.paths[index].clone()
            });
            let mut inner = std::mem::take(&mut children[index]);
            sort(&mut inner);
            stack.extend(inner.into_iter().map(|child| (child, Some(own))));
        }
        ordered
    }
}

#[cfg(test)]
mod tests;
