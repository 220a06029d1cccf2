//! The comparison of two traces, with the numbers of the viewer's view.

use std::time::Duration;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use serde::{Deserialize, Serialize};
use tokio::{task::spawn_blocking, time::timeout};
use trace_model::{ChangedField, ComparedPath, Comparison, PathSpans, Trace, TraceId};

use super::{Api, ApiError};
use crate::store::{ReadError, trace_spans};

/// How long reading and comparing may take. The largest traces take a second.
const TIME_LIMIT: Duration = Duration::from_secs(10);

const DEFAULT_LIMIT: usize = 500;
const MAX_LIMIT: usize = 10_000;

/// Values of a changed field.
const MAX_VALUES: usize = 20;

#[derive(Debug, Deserialize)]
pub(super) struct CompareParameters {
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct ComparedTraces {
    a: ComparedTrace,
    b: ComparedTrace,
    /// By how much *b* takes longer.
    difference_nano: i64,
    /// The index of the path that made most of the difference.
    main: Option<usize>,
    /// Depth first.
    paths: Vec<PathDifference>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct ComparedTrace {
    trace_id: TraceId,
    name: String,
    duration_nano: u64,
    spans: usize,
}

/// The spans of both traces with one path of names.
#[derive(Debug, Serialize)]
struct PathDifference {
    service: String,
    name: String,
    /// The index of the path around this one.
    parent: Option<usize>,
    depth: usize,
    a: PathTimes,
    b: PathTimes,
    difference_nano: i64,
    self_difference_nano: i64,
    changes: Vec<FieldChange>,
}

#[derive(Debug, Serialize)]
struct PathTimes {
    spans: usize,
    total_nano: u64,
    self_nano: u64,
    errors: usize,
}

#[derive(Debug, Serialize)]
struct FieldChange {
    /// `status`, `attribute` or `resource`.
    field: &'static str,
    key: String,
    a: Vec<String>,
    b: Vec<String>,
}

pub(super) async fn compare(
    State(api): State<Api>,
    Path((a, b)): Path<(String, String)>,
    parameters: Result<Query<CompareParameters>, QueryRejection>,
) -> Result<Json<ComparedTraces>, ApiError> {
    let Query(parameters) = parameters.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
    let comparison = timeout(TIME_LIMIT, async {
        let (a, b) = (trace(&api, &a).await?, trace(&api, &b).await?);
        let compared = spawn_blocking(move || compared(&a, &b, limit)).await;
        compared.map_err(|error| ApiError::Store(ReadError::from(error)))
    });
    let comparison = comparison
        .await
        .map_err(|_| ApiError::Timeout(TIME_LIMIT))??;
    Ok(Json(comparison))
}

async fn trace(api: &Api, id: &str) -> Result<Trace, ApiError> {
    let id: TraceId = id.parse().map_err(ApiError::trace_id)?;
    let permit = api.memory.acquire().await?;
    let Some(stored) = api.store.trace(id, None).await? else {
        return Err(ApiError::unknown_trace(id));
    };
    let trace = spawn_blocking(move || Trace::from_spans(id, trace_spans(stored.data))).await;
    drop(permit);
    trace.map_err(|error| ApiError::Store(ReadError::from(error)))
}

fn compared(a: &Trace, b: &Trace, limit: usize) -> ComparedTraces {
    let comparison = Comparison::of(a, b);
    let [own, other] = [a, b].map(|trace| trace.extent().duration());
    let size = i64::try_from(own.abs_diff(other)).unwrap_or(i64::MAX);
    let paths = comparison.paths.iter().enumerate().take(limit);
    let paths = paths.map(|(index, path)| difference(path, changes(&comparison, index, (a, b))));
    ComparedTraces {
        difference_nano: if other < own { -size } else { size },
        main: comparison
            .main_difference(other > own)
            .filter(|_| own != other),
        paths: paths.collect(),
        left_out: comparison.paths.len().saturating_sub(limit),
        a: compared_trace(a),
        b: compared_trace(b),
    }
}

fn compared_trace(trace: &Trace) -> ComparedTrace {
    ComparedTrace {
        trace_id: trace.trace_id(),
        name: trace.summary().name,
        duration_nano: trace.extent().duration(),
        spans: trace.nodes().len(),
    }
}

fn difference(path: &ComparedPath, changes: Vec<FieldChange>) -> PathDifference {
    let times = |spans: &PathSpans| PathTimes {
        spans: spans.nodes.len(),
        total_nano: spans.total_nano,
        self_nano: spans.self_nano,
        errors: spans.errors,
    };
    PathDifference {
        service: path.service.clone(),
        name: path.name.clone(),
        parent: path.parent,
        depth: path.depth,
        a: times(&path.a),
        b: times(&path.b),
        difference_nano: path.difference_nano(),
        self_difference_nano: path.self_difference_nano(),
        changes,
    }
}

fn changes(comparison: &Comparison, path: usize, (a, b): (&Trace, &Trace)) -> Vec<FieldChange> {
    let changes = comparison.changes(path, a, b).into_iter();
    changes
        .map(|change| {
            let (field, key) = match change.field {
                ChangedField::Status => ("status", "status".to_owned()),
                ChangedField::Attribute(key) => ("attribute", key),
                ChangedField::Resource(key) => ("resource", key),
            };
            let first = |values: Vec<String>| values.into_iter().take(MAX_VALUES).collect();
            FieldChange {
                field,
                key,
                a: first(change.a),
                b: first(change.b),
            }
        })
        .collect()
}
