//! The list of traces, and one trace as OTLP JSON.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Response},
};

use super::{Api, Failure, otlp_json};
use crate::{clock, store::TraceQuery};

pub(super) async fn list(
    State(api): State<Api>,
    query: Result<Query<TraceQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(|error| Failure::BadRequest(error.body_text()))?;
    let filter = query.checked().map_err(Failure::BadRequest)?;
    let page = api.store.list(filter, clock::now()).await?;
    let next = page
        .next
        .map_or("null".to_owned(), |next| format!("\"{next}\""));
    let (traces, cut_short) = (page.summaries.join(","), page.cut_short);
    // The summaries are JSON already.
    let body = format!(r#"{{"traces":[{traces}],"next":{next},"cut_short":{cut_short}}}"#);
    Ok(json(body))
}

pub(super) async fn one(
    State(api): State<Api>,
    Path(trace_id): Path<String>,
) -> Result<Response, Failure> {
    let id = trace_id.parse().map_err(Failure::trace_id)?;
    let Some(trace) = api.store.trace(id).await? else {
        let error = format!("no span of trace {id} is here: not yet, or not any more");
        return Err(Failure::NotFound(error));
    };
    Ok(json(otlp_json::text(&trace)))
}

fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
