//! Trouble on demand between the page and its servers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;

/// What happens to a request instead of, or before, being passed on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Passed on, but only after this long.
    Delay(Duration),
    /// Passed on only when the next request to this other path has been answered.
    Behind(String),
    /// Passed on with this in place of what the page sent.
    Send(Value),
    /// Passed on and answered, but the connection ends before the answer reaches the page.
    LoseAnswer,
    /// Answered here, and never passed on.
    Answer(StatusCode, Value),
}

#[derive(Clone, Debug)]
struct Rule {
    method: Method,
    path: String,
    fault: Fault,
}

/// The rules in force; the newest that matches wins.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<Rule>>>);

impl Faults {
    /// Applies to requests of this method whose path (without query) is `path`.
    pub(crate) fn on(&self, method: Method, path: &str, fault: Fault) {
        let path = path.to_owned();
        self.rules().push(Rule {
            method,
            path,
            fault,
        });
    }

    pub(crate) fn clear(&self) {
        self.rules().clear();
    }

    pub(crate) fn hit(&self, method: &Method, path: &str) -> Option<Fault> {
        let rules = self.rules();
        let rule = rules
            .iter()
            .rev()
            .find(|rule| rule.method == *method && rule.path == path)?;
        Some(rule.fault.clone())
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.0.lock().expect("no panic while rules change")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_rule_for_a_path_and_method_wins() {
        let faults = Faults::default();
        faults.on(Method::GET, "/api/x", Fault::Delay(Duration::from_secs(1)));
        faults.on(Method::GET, "/api/x", Fault::Delay(Duration::from_secs(2)));
        let hit = faults.hit(&Method::GET, "/api/x");
        assert_eq!(hit, Some(Fault::Delay(Duration::from_secs(2))));
        assert_eq!(faults.hit(&Method::PUT, "/api/x"), None);
        assert_eq!(faults.hit(&Method::GET, "/api/x/y"), None);
    }
}
