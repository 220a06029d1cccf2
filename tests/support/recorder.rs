//! Every request the page sent, for journeys that look at the wire.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl Recorder {
    pub(crate) fn add(&self, request: Recorded) {
        self.0
            .lock()
            .expect("no panic while recording")
            .push(request);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.0.lock().expect("no panic while recording").clone()
    }

    /// Requests whose path (without query) is `path`.
    pub(crate) fn to(&self, method: Method, path: &str) -> Vec<Recorded> {
        let wanted = |r: &Recorded| r.method == method && r.path.split('?').next() == Some(path);
        self.all().into_iter().filter(wanted).collect()
    }
}

impl Recorded {
    /// Everything that crossed the wire, as text, to search for what must not be there.
    pub(crate) fn transcript(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {}\n{:?}\n{body}", self.method, self.path, self.headers)
    }
}
