//! Records the page's requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use tokio::sync::watch;

use super::body::decoded;

#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone, Default)]
pub(crate) struct Recorder {
    requests: Arc<Mutex<Vec<Recorded>>>,
    /// The path of each response.
    responses: watch::Sender<Vec<String>>,
    /// The number of event streams, which are not listed as requests.
    streams: Arc<AtomicUsize>,
}

impl Recorder {
    pub(crate) fn add(&self, request: Recorded) {
        self.requests
            .lock()
            .expect("no panic while the lock is held")
            .push(request);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.requests
            .lock()
            .expect("no panic while the lock is held")
            .clone()
    }

    pub(crate) fn add_response(&self, path: String) {
        self.responses.send_modify(|paths| paths.push(path));
    }

    pub(crate) fn add_stream(&self) {
        self.streams.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of event streams that the back end has opened.
    pub(crate) fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    /// Returns an error unless every request has a response.
    pub(crate) fn check_all_answered(&self) -> Result<(), String> {
        let (requests, responses) = (self.all().len(), self.responses.borrow().len());
        if requests == responses {
            Ok(())
        } else {
            Err(format!("{responses} responses to {requests} requests"))
        }
    }

    /// Returns the number of responses to requests to this path.
    pub(crate) fn responses_to(&self, path: &str) -> usize {
        count(&self.responses.borrow(), path)
    }

    /// Waits until there are more responses to `ahead` than to `behind`.
    pub(crate) async fn wait_until_ahead(&self, ahead: &str, behind: &str) {
        let leads = |paths: &Vec<String>| count(paths, ahead) > count(paths, behind);
        // Fails only if the sender was dropped, and this struct owns it.
        self.responses.subscribe().wait_for(leads).await.ok();
    }
}

fn count(paths: &[String], path: &str) -> usize {
    paths.iter().filter(|candidate| *candidate == path).count()
}

impl Recorded {
    /// Returns the whole request as text.
    pub(crate) fn transcript(&self) -> String {
        let body = decoded(&self.headers, &self.body).expect("a body in a supported encoding");
        let body = String::from_utf8_lossy(&body);
        format!("{} {}\n{:?}\n{body}", self.method, self.path, self.headers)
    }
}
