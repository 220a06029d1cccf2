//! One GET, traced or not.

use gloo_net::http::Response;
use serde::Deserialize;

use super::{Cause, Error};
use crate::base;

/// `path` is relative to where the viewer is served.
pub(super) async fn get(
    path: &str,
    url_template: &'static str,
    cause: Cause,
) -> Result<Response, Error> {
    let url = base::url(path);
    let response = match cause {
        Cause::Person => traced(&url, url_template).await?,
        Cause::Refresh => untraced(&url).await?,
    };
    match response.status() {
        200 => Ok(response),
        400 => Err(Error::Refused(reason(&response).await)),
        404 => Err(Error::NotFound),
        code => Err(Error::Status(code)),
    }
}

pub(super) async fn text(response: &Response) -> Result<String, Error> {
    response.text().await.map_err(|_| Error::Unreachable)
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

async fn reason(response: &Response) -> String {
    let refusal = response.json::<Refusal>().await;
    refusal.map_or_else(
        |_| "it does not say why".to_owned(),
        |refusal| refusal.error,
    )
}

async fn traced(url: &str, url_template: &'static str) -> Result<Response, Error> {
    let request = otel_web::fetch::Request::get(url).url_template(url_template);
    request.send().await.map_err(|_| Error::Unreachable)
}

async fn untraced(url: &str) -> Result<Response, Error> {
    let request = gloo_net::http::Request::get(url);
    request.send().await.map_err(|_| Error::Unreachable)
}
