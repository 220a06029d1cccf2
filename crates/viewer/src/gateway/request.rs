//! Requests with timeouts.

use gloo_net::http::Response;
use gloo_timers::callback::Timeout;
use serde::Deserialize;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, DomException, File};

use super::{Error, Initiator};
use crate::base;

/// How long the gateway may take until its response begins. It limits each search to two seconds
/// itself.
pub(crate) const RESPONSE_TIMEOUT_MS: u32 = 30_000;

/// How long the body of a response may take. A large trace over a slow network needs minutes.
const BODY_TIMEOUT_MS: u32 = 300_000;

/// A response with status 200.
#[derive(Debug)]
pub(super) struct Reply {
    response: Response,
    deadline: Deadline,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name)
    }

    /// Reads the body.
    pub(super) async fn text(self) -> Result<String, Error> {
        let text = self.response.text().await;
        text.map_err(|_| self.deadline.error())
    }
}

/// Sends a request. `path` is relative to the base address of the viewer.
pub(super) async fn get(
    path: &str,
    url_template: &'static str,
    initiator: Initiator,
) -> Result<Reply, Error> {
    get_within(RESPONSE_TIMEOUT_MS, path, url_template, initiator).await
}

async fn get_within(
    timeout_ms: u32,
    path: &str,
    url_template: &'static str,
    initiator: Initiator,
) -> Result<Reply, Error> {
    let url = base::url(path);
    let deadline = Deadline::after(timeout_ms)?;
    let signal = deadline.controller.signal();
    let sent = match initiator {
        Initiator::User => {
            let request = otel_web::fetch::Request::get(&url).url_template(url_template);
            request.abort_signal(Some(&signal)).send().await
        }
        Initiator::Background => {
            let request = gloo_net::http::Request::get(&url);
            request.abort_signal(Some(&signal)).send().await
        }
    };
    reply(sent.ok(), deadline).await
}

/// Sends a DELETE request of the user.
pub(super) async fn delete(path: &str, url_template: &'static str) -> Result<Reply, Error> {
    let deadline = Deadline::after(RESPONSE_TIMEOUT_MS)?;
    let request = otel_web::fetch::Request::delete(&base::url(path)).url_template(url_template);
    let signal = deadline.controller.signal();
    let sent = request.abort_signal(Some(&signal)).send().await;
    reply(sent.ok(), deadline).await
}

/// Posts a file of the user. The gateway detects its format from the content.
pub(super) async fn post_file(
    path: &str,
    url_template: &'static str,
    file: &File,
) -> Result<Reply, Error> {
    let deadline = Deadline::after(BODY_TIMEOUT_MS)?;
    let request = otel_web::fetch::Request::post(&base::url(path)).url_template(url_template);
    let request = request.header("content-type", "application/json");
    let signal = deadline.controller.signal();
    let request = request.abort_signal(Some(&signal)).body(file.clone());
    // Building the request fails only for an invalid address.
    let sent = request.map_err(|_| Error::Unreachable)?.send().await;
    reply(sent.ok(), deadline).await
}

/// Returns the response if its status is 200. `sent` is `None` if there is none.
async fn reply(sent: Option<Response>, mut deadline: Deadline) -> Result<Reply, Error> {
    let response = sent.ok_or_else(|| deadline.error())?;
    deadline.extend(BODY_TIMEOUT_MS);
    match response.status() {
        200 => Ok(Reply { response, deadline }),
        400 | 403 | 413 | 415 => Err(Error::BadRequest(reason(&response).await)),
        404 => Err(Error::NotFound),
        code => Err(Error::Status(code)),
    }
}

/// Aborts a request when its time is up. Dropping it lets the request continue.
#[derive(Debug)]
struct Deadline {
    controller: AbortController,
    timer: Timeout,
}

impl Deadline {
    fn after(timeout_ms: u32) -> Result<Self, Error> {
        let controller = AbortController::new().map_err(|_| Error::Unreachable)?;
        let timer = abort_after(&controller, timeout_ms);
        Ok(Self { controller, timer })
    }

    fn extend(&mut self, timeout_ms: u32) {
        self.timer = abort_after(&self.controller, timeout_ms);
    }

    /// The browser reports all failures of a request alike.
    fn error(&self) -> Error {
        if self.controller.signal().aborted() {
            Error::Timeout
        } else {
            Error::Unreachable
        }
    }
}

/// The reason's name makes the request's span an error, unlike that of an aborted request.
fn abort_after(controller: &AbortController, timeout_ms: u32) -> Timeout {
    let controller = controller.clone();
    Timeout::new(timeout_ms, move || {
        let text = format!("no response within {timeout_ms} ms");
        let reason = DomException::new_with_message_and_name(&text, "TimeoutError");
        let reason = reason.map_or_else(|error| error, JsValue::from);
        controller.abort_with_reason(&reason);
    })
}

#[derive(Deserialize)]
struct ErrorBody {
    /// Imports have the errors of OTLP, with another name.
    #[serde(alias = "message")]
    error: String,
}

async fn reason(response: &Response) -> String {
    let body = response.json::<ErrorBody>().await;
    body.map_or_else(|_| "it gave no reason".to_owned(), |body| body.error)
}

#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser_tests::fetch_stub::FetchStub;

    /// Like a server that accepts a connection and never answers.
    const NEVER_ANSWERS: &str = "return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
    })";

    #[wasm_bindgen_test]
    async fn an_unanswered_request_times_out() {
        let _stub = FetchStub::install(NEVER_ANSWERS);
        for initiator in [Initiator::User, Initiator::Background] {
            let error = get_within(50, "api/traces", "/api/traces", initiator).await;
            assert_eq!(error.err(), Some(Error::Timeout), "{initiator:?}");
        }
    }

    #[wasm_bindgen_test]
    async fn a_failed_request_is_not_a_timeout() {
        let _stub = FetchStub::install("return Promise.reject(new TypeError('no network'))");
        let error = get_within(60_000, "api/traces", "/api/traces", Initiator::Background).await;
        assert_eq!(error.err(), Some(Error::Unreachable));
    }

    #[wasm_bindgen_test]
    async fn a_body_may_arrive_after_the_response_timeout() {
        let _stub = FetchStub::install(
            "const body = new ReadableStream({ start(stream) { setTimeout(() => {
                stream.enqueue(new TextEncoder().encode('late'));
                stream.close();
            }, 200) } });
            return Promise.resolve(new Response(body))",
        );
        let reply = get_within(50, "api/traces", "/api/traces", Initiator::Background).await;
        assert_eq!(reply.unwrap().text().await, Ok("late".to_owned()));
    }
}
