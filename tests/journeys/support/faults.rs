//! Fault injection between the page and its servers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;

/// What the proxy does with a matching request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Forwards the request after a delay.
    Delay(Duration),
    /// Forwards the request after the next response to a request to this path.
    AfterResponseTo(String),
    /// Forwards the request with this body.
    ReplaceBody(Value),
    /// Forwards the request, and closes the connection instead of sending the response.
    DropResponse,
    /// Responds with this status and body, without forwarding the request.
    Respond(StatusCode, Value),
}

#[derive(Clone, Debug)]
struct Rule {
    method: Method,
    path: String,
    fault: Fault,
}

/// The active rules. The newest matching rule applies.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<Rule>>>);

impl Faults {
    /// Adds a rule for requests with this method and path. The path has no query.
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

    /// Returns the fault for a request.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Fault> {
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
    fn newest_rule_for_a_method_and_path_applies() {
        let faults = Faults::default();
        faults.on(Method::GET, "/api/x", Fault::Delay(Duration::from_secs(1)));
        faults.on(Method::GET, "/api/x", Fault::Delay(Duration::from_secs(2)));
        let fault = faults.find(&Method::GET, "/api/x");
        assert_eq!(fault, Some(Fault::Delay(Duration::from_secs(2))));
        assert_eq!(faults.find(&Method::PUT, "/api/x"), None);
        assert_eq!(faults.find(&Method::GET, "/api/x/y"), None);
    }
}
