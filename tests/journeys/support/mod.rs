//! Test support for the journeys.
//!
//! - [`scratch`], [`process`], [`wait`]: a folder for each test, child processes that end with the test, deadlines
//! - [`page_server`], [`faults`], [`recorder`], [`body`]: serves the built page, with proxies and fault injection
//! - [`prefix_proxy`]: publishes the gateway below a path
//! - [`honeycomb`], [`vendors`]: fake vendors on loopback
//! - [`stack`]: gateway, back end and page server, started together
//! - [`element`], [`chromium`], [`chromedriver`], [`browser`]: controls the page, by role and accessible name
//! - [`axe`]: checks the accessibility of a page
//! - [`traces`]: reads the stored traces and compares them with the expected ones

pub(crate) mod axe;
pub(crate) mod body;
pub(crate) mod browser;
pub(crate) mod chromedriver;
pub(crate) mod chromium;
pub(crate) mod element;
pub(crate) mod faults;
pub(crate) mod honeycomb;
pub(crate) mod page_server;
pub(crate) mod prefix_proxy;
pub(crate) mod process;
pub(crate) mod recorder;
pub(crate) mod scratch;
pub(crate) mod stack;
pub(crate) mod traces;
pub(crate) mod vendors;
pub(crate) mod wait;

/// Returns an HTTP client that ignores the proxy settings of the environment.
pub(crate) fn http_client() -> reqwest::Client {
    let builder = http_client::builder().no_proxy();
    builder.build().expect("a plain HTTP client")
}

/// Serves `app` on a free loopback port until the test's runtime ends, and returns its origin.
async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the address it listens on");
    tokio::spawn(async { axum::serve(listener, app).await });
    format!("http://{address}")
}
