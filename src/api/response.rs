//! Converts HTTP responses into values or an [`ApiError`].

use std::future::Future;

use gloo_net::Error;
use gloo_net::http::Response;
use otel_web::fetch::{Request, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ApiError, ApiResult};

/// Adds a JSON body to a request.
pub(super) fn with_body(request: RequestBuilder, value: &impl Serialize) -> ApiResult<Request> {
    request
        .json(value)
        .map_err(|error| ApiError::InvalidResponse(error.to_string()))
}

/// Waits for the response, and returns an error unless its status is 2xx.
pub(super) async fn check_status(
    sent: impl Future<Output = Result<Response, Error>>,
) -> ApiResult<Response> {
    let response = sent.await.map_err(|_| ApiError::Unreachable)?;
    if response.ok() {
        return Ok(response);
    }
    if response.status() == 429 {
        let seconds = response.headers().get("retry-after");
        let seconds = seconds.and_then(|seconds| seconds.parse().ok());
        return Err(ApiError::TooManyRequests(seconds));
    }
    let codes = if response.status() == 422 {
        response.json().await.unwrap_or_default()
    } else {
        Vec::new()
    };
    Err(ApiError::from_status(response.status(), codes))
}

/// Waits for a 2xx response and parses its JSON body.
pub(super) async fn json<T: DeserializeOwned>(
    sent: impl Future<Output = Result<Response, Error>>,
) -> ApiResult<T> {
    parse(&check_status(sent).await?).await
}

/// Parses the JSON body of a response.
pub(super) async fn parse<T: DeserializeOwned>(response: &Response) -> ApiResult<T> {
    response
        .json()
        .await
        .map_err(|error| ApiError::InvalidResponse(error.to_string()))
}
