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
pub(crate) struct Recorder {
    requests: Arc<Mutex<Vec<Recorded>>>,
    /// The paths that were answered, once for each answer.
    answered: Arc<Mutex<Vec<String>>>,
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
        self.answers().push(path);
    }

    /// Whether every request has been answered.
    pub(crate) fn settled(&self) -> Result<(), String> {
        let (sent, answered) = (self.all().len(), self.answers().len());
        if sent == answered {
            Ok(())
        } else {
            Err(format!("{answered} of {sent} answered"))
        }
    }

    /// How many requests to this path have been answered.
    pub(crate) fn answered(&self, path: &str) -> usize {
        let answered = self.answered.lock().expect("no panic while recording");
        answered
            .iter()
            .filter(|candidate| *candidate == path)
            .count()
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.answered.lock().expect("no panic while recording")
    }
}

impl Recorded {
    /// Everything that crossed the wire, as text, to search for what must not be there.
    pub(crate) fn transcript(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {}\n{:?}\n{body}", self.method, self.path, self.headers)
    }
}
