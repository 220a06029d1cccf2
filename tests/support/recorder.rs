//! Every request the page sent, for journeys that look at the wire.

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
    /// The paths that were answered, once for each answer.
    answered: watch::Sender<Vec<String>>,
}

impl Recorder {
    pub(crate) fn add(&self, request: Recorded) {
        self.requests
            .lock()
            .expect("no panic while recording")
            .push(request);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.requests
            .lock()
            .expect("no panic while recording")
            .clone()
    }

    pub(crate) fn add_answer(&self, path: String) {
        self.answered.send_modify(|paths| paths.push(path));
    }

    /// Whether every request has been answered.
    pub(crate) fn settled(&self) -> Result<(), String> {
        let (sent, answered) = (self.all().len(), self.answered.borrow().len());
        if sent == answered {
            Ok(())
        } else {
            Err(format!("{answered} of {sent} answered"))
        }
    }

    /// How many requests to this path have been answered.
    pub(crate) fn answered(&self, path: &str) -> usize {
        count(&self.answered.borrow(), path)
    }

    /// Waits until more requests to `ahead` than to `behind` have been answered.
    pub(crate) async fn lead(&self, ahead: &str, behind: &str) {
        let leads = |paths: &Vec<String>| count(paths, ahead) > count(paths, behind);
        // Fails only without a sender, and this is one.
        self.answered.subscribe().wait_for(leads).await.ok();
    }
}

fn count(paths: &[String], path: &str) -> usize {
    paths.iter().filter(|candidate| *candidate == path).count()
}

impl Recorded {
    /// Everything that crossed the wire, as text, to search for what must not be there.
    pub(crate) fn transcript(&self) -> String {
        let body = decoded(&self.headers, &self.body).expect("a body the server could read");
        let body = String::from_utf8_lossy(&body);
        format!("{} {}\n{:?}\n{body}", self.method, self.path, self.headers)
    }
}
