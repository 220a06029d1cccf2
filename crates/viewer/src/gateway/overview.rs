//! Requests for overviews of many traces.

use super::{Document, Error, Initiator, request};

/// Requests an overview. `path` is relative to the base address of the viewer.
pub(crate) async fn overview<T: Document>(
    path: &str,
    url_template: &'static str,
    initiator: Initiator,
) -> Result<T, Error> {
    let reply = request::get(path, url_template, initiator).await?;
    let document = reply.text().await?;
    T::read(&document).map_err(|error| Error::InvalidResponse(error.to_string()))
}
