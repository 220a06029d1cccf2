//! One GET, traced or not.

use gloo_net::http::Response;

use super::{Cause, Error};

pub(super) async fn get(
    url: &str,
    url_template: &'static str,
    cause: Cause,
) -> Result<String, Error> {
    let response = match cause {
        Cause::Person => traced(url, url_template).await?,
        Cause::Refresh => untraced(url).await?,
    };
    match response.status() {
        200 => response.text().await.map_err(|_| Error::Unreachable),
        404 => Err(Error::NotFound),
        code => Err(Error::Status(code)),
    }
}

async fn traced(url: &str, url_template: &'static str) -> Result<Response, Error> {
    let request = otel_web::fetch::Request::get(url).url_template(url_template);
    request.send().await.map_err(|_| Error::Unreachable)
}

async fn untraced(url: &str) -> Result<Response, Error> {
    let request = gloo_net::http::Request::get(url);
    request.send().await.map_err(|_| Error::Unreachable)
}
