//! A trace as the gateway has it.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The service of the page.
const PAGE: &str = "bench";

#[derive(Clone, Debug)]
struct Span {
    id: String,
    parent: String,
    name: String,
    service: String,
}

#[derive(Clone, Debug)]
pub(super) struct Trace {
    spans: Vec<Span>,
}

impl Trace {
    /// Returns the newest trace whose root has this name.
    pub(super) async fn find(
        client: &reqwest::Client,
        gateway: &str,
        name: &str,
    ) -> Result<Option<Self>> {
        let list = get(client, &format!("{gateway}/api/traces?limit=100")).await?;
        let mut traces = list["traces"].as_array().into_iter().flatten();
        let Some(found) = traces.find(|trace| trace["name"] == name) else {
            return Ok(None);
        };
        let id = found["trace_id"]
            .as_str()
            .context("a trace without an id")?;
        let trace = get(client, &format!("{gateway}/api/traces/{id}")).await?;
        Ok(Some(Self::read(&trace)))
    }

    fn read(trace: &Value) -> Self {
        let resources = trace["resourceSpans"].as_array().into_iter().flatten();
        let spans = resources.flat_map(|resource| {
            let attributes = resource["resource"]["attributes"].as_array();
            let mut attributes = attributes.into_iter().flatten();
            let service = attributes.find(|attribute| attribute["key"] == "service.name");
            let service = service.and_then(|service| service["value"]["stringValue"].as_str());
            let service = service.unwrap_or_default().to_owned();
            let scopes = resource["scopeSpans"].as_array().into_iter().flatten();
            let spans = scopes.flat_map(|scope| scope["spans"].as_array().into_iter().flatten());
            spans.map(move |span| {
                let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
                Span {
                    id: text("spanId"),
                    parent: text("parentSpanId"),
                    name: text("name"),
                    service: service.clone(),
                }
            })
        });
        Self {
            spans: spans.collect(),
        }
    }

    /// Returns whether the trace has one root, which is the page's, and a server's span below the page's request. Each
    /// other span has its parent in the trace.
    pub(super) fn is_continued(&self) -> bool {
        let find = |id: &str| self.spans.iter().find(|span| span.id == id);
        let roots: Vec<_> = self
            .spans
            .iter()
            .filter(|span| span.parent.is_empty())
            .collect();
        let [root] = roots[..] else {
            return false;
        };
        let is_below_request = |span: &Span| {
            let request = find(&span.parent);
            span.service != PAGE
                && request
                    .is_some_and(|request| request.service == PAGE && request.parent == root.id)
        };
        let mut others = self.spans.iter().filter(|span| !span.parent.is_empty());
        let is_complete = others.all(|span| find(&span.parent).is_some());
        root.service == PAGE && is_complete && self.spans.iter().any(is_below_request)
    }

    /// Returns the service and the name of each span.
    pub(super) fn describe(&self) -> Vec<String> {
        let spans = self.spans.iter();
        spans
            .map(|span| format!("{}: {}", span.service, span.name))
            .collect()
    }
}

async fn get(client: &reqwest::Client, url: &str) -> Result<Value> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(serde_json::from_str(&response.text().await?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(spans: [(&str, &str, &str); 3]) -> Trace {
        let spans = spans.map(|(id, parent, service)| Span {
            id: id.to_owned(),
            parent: parent.to_owned(),
            name: String::new(),
            service: service.to_owned(),
        });
        Trace {
            spans: spans.to_vec(),
        }
    }

    #[test]
    fn server_span_below_the_request_continues_the_trace() {
        let (root, request) = (("a", "", PAGE), ("b", "a", PAGE));
        assert!(trace([root, request, ("c", "b", "shop")]).is_continued());
        for (case, server) in [
            ("a second root", ("c", "", "shop")),
            ("below the root", ("c", "a", "shop")),
            ("a missing parent", ("c", "x", "shop")),
            ("no server", ("c", "b", PAGE)),
        ] {
            assert!(!trace([root, request, server]).is_continued(), "{case}");
        }
    }
}
