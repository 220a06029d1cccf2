//! From an HTTP response to a value or a [`Failure`].

use std::future::Future;

use gloo_net::Error;
use gloo_net::http::Response;
use otel_web::fetch::{Request, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Answer, Failure};

/// Gives a request its JSON body.
pub(super) fn body(request: RequestBuilder, value: &impl Serialize) -> Answer<Request> {
    request
        .json(value)
        .map_err(|error| Failure::Unreadable(error.to_string()))
}

/// Waits for the response and keeps it when it is one of success.
pub(super) async fn success(
    sent: impl Future<Output = Result<Response, Error>>,
) -> Answer<Response> {
    let response = sent.await.map_err(|_| Failure::Unreachable)?;
    if response.ok() {
        return Ok(response);
    }
    if response.status() == 429 {
        let seconds = response.headers().get("retry-after");
        let seconds = seconds.and_then(|seconds| seconds.parse().ok());
        return Err(Failure::TooManyRequests(seconds));
    }
    let codes = if response.status() == 422 {
        response.json().await.unwrap_or_default()
    } else {
        Vec::new()
    };
    Err(Failure::from_status(response.status(), codes))
}

/// Waits for the response and reads its JSON.
pub(super) async fn json<T: DeserializeOwned>(
    sent: impl Future<Output = Result<Response, Error>>,
) -> Answer<T> {
    read(&success(sent).await?).await
}

pub(super) async fn read<T: DeserializeOwned>(response: &Response) -> Answer<T> {
    response
        .json()
        .await
        .map_err(|error| Failure::Unreadable(error.to_string()))
}
