//! What the journeys stand on, from the machine up to the story.
//!
//! - [`scratch`], [`process`], [`wait`]: a folder per test, programs that never outlive it, deadlines
//! - [`page_server`], [`faults`], [`recorder`], [`body`]: the built page behind the two proxies, with trouble on demand
//! - [`prefix_proxy`]: publishes the gateway below a path
//! - [`honeycomb`]: a loopback Honeycomb that refuses what the real one refuses
//! - [`stack`]: gateway, back end and page server, started together
//! - [`element`], [`chromium`], [`browser`]: a person's view of the page, by role and accessible name
//! - [`traces`]: what is stored, and the language in which a journey says what should be

pub(crate) mod body;
pub(crate) mod browser;
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

/// Loopback is never reached by a proxy, whatever a developer has set.
pub(crate) fn http_client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    builder.build().expect("a plain HTTP client")
}

/// Serves `app` on a free loopback port for as long as the test's runtime lives, and returns its origin.
async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the address it listens on");
    tokio::spawn(async { axum::serve(listener, app).await });
    format!("http://{address}")
}
