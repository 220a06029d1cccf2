//! Requests for overviews of many traces.

use serde::de::DeserializeOwned;

use super::{Error, Initiator, request};

/// Requests an overview. `path` is relative to the base address of the viewer.
pub(crate) async fn overview<T: DeserializeOwned>(
    path: &str,
    url_template: &'static str,
    initiator: Initiator,
) -> Result<T, Error> {
    let reply = request::get(path, url_template, initiator).await?;
    let document = reply.text().await?;
    serde_json::from_str(&document).map_err(|error| Error::InvalidResponse(error.to_string()))
}
