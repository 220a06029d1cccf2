//! Exports of traces: those that match a query as one OTLP JSON document, and one trace as a page.

use std::{io, vec::IntoIter};

use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use tokio::task::spawn_blocking;
use trace_model::TraceId;

use super::{Api, ApiError, traces};
use crate::{clock, store::TraceQuery};

/// The number of exported traces.
const TRACES: HeaderName = HeaderName::from_static("x-export-traces");
/// Why older traces are left out.
const CUT: HeaderName = HeaderName::from_static("x-export-cut");

const BEGIN: &str = "{\"resourceSpans\":[";
const END: &str = "]}";

/// Streams the document trace by trace, so that its size does not matter.
pub(super) async fn export(
    State(api): State<Api>,
    query: Result<Query<TraceQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::BadRequest(error.body_text()))?;
    let filter = query.validate().map_err(ApiError::BadRequest)?;
    let list = api.store.export(filter, clock::now()).await?;
    let mut headers = vec![
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"traces.json\"".to_owned(),
        ),
        (TRACES, list.traces.len().to_string()),
    ];
    headers.extend(list.cut.map(|cut| (CUT, cut.reason().to_owned())));
    let pieces = Pieces {
        api,
        traces: list.traces.into_iter(),
        state: Progress::Begin,
    };
    let pieces = stream::unfold(pieces, Pieces::next);
    let body = Body::from_stream(pieces.map(Body::into_data_stream).flatten());
    let mut response = body.into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// The pieces of the document that are still to be sent.
struct Pieces {
    api: Api,
    traces: IntoIter<TraceId>,
    state: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Begin,
    /// No trace is written yet.
    First,
    Others,
    End,
}

impl Pieces {
    async fn next(mut self) -> Option<(Body, Self)> {
        match self.state {
            Progress::Begin => {
                self.state = Progress::First;
                return Some((Body::from(BEGIN), self));
            }
            Progress::End => return None,
            Progress::First | Progress::Others => {}
        }
        while let Some(id) = self.traces.next() {
            match self.piece(id).await {
                Ok(Some(body)) => {
                    self.state = Progress::Others;
                    return Some((body, self));
                }
                // It has expired meanwhile.
                Ok(None) => {}
                Err(_) => {
                    // The download fails, so that an incomplete file is not mistaken for a complete one.
                    self.state = Progress::End;
                    let error = io::Error::other("the store cannot be read");
                    let failed = stream::iter([Err::<String, _>(error)]);
                    return Some((Body::from_stream(failed), self));
                }
            }
        }
        self.state = Progress::End;
        Some((Body::from(END), self))
    }

    /// Returns the resource spans of a trace, after a comma if there are others before.
    async fn piece(&self, id: TraceId) -> Result<Option<Body>, ApiError> {
        let permit = self.api.memory.acquire().await?;
        let Some(trace) = self.api.store.trace(id, None).await? else {
            return Ok(None);
        };
        let text = traces::text(&self.api, trace.data).await?;
        let content = text.strip_prefix(BEGIN);
        let content = content.and_then(|text| text.strip_suffix(END));
        let separator = match self.state {
            Progress::Others => ",",
            _ => "",
        };
        let piece = format!("{separator}{}", content.unwrap_or_default());
        Ok(Some(permit.body(piece).await?))
    }
}

/// Returns a page that shows the trace without a gateway.
pub(super) async fn page(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Response, ApiError> {
    let id: TraceId = trace_id.parse().map_err(ApiError::trace_id)?;
    let permit = api.memory.acquire().await?;
    let Some(trace) = api.store.trace(id, None).await? else {
        return Err(ApiError::unknown_trace(id));
    };
    let name = api.store.summary(id).await?.map(|summary| summary.name);
    let text = traces::text(&api, trace.data).await?;
    let viewer = api.viewer.clone();
    // Reads and compresses files.
    let page = spawn_blocking(move || viewer.page(&name.unwrap_or_default(), &text)).await;
    let page = page.map_err(io::Error::other).flatten();
    let page = page.map_err(|error| ApiError::NotFound(format!("no page can be made: {error}")))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"trace-{id}.html\""),
        ),
    ];
    Ok((headers, permit.body(page).await?).into_response())
}
