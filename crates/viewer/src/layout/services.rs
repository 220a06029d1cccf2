//! The colors of services, for traces in which a lane has several services.

use trace_model::{Lane, Node, Trace};

/// The number of service colors in the stylesheet. Further services repeat them.
const COLOR_COUNT: usize = 8;

/// The services of a trace in the order of their first spans.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Services {
    names: Vec<String>,
    /// Whether a lane has spans of several services.
    is_mixed: bool,
}

impl Services {
    pub(crate) fn of(trace: &Trace) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut lanes: [Option<&str>; 2] = [None, None];
        let mut is_mixed = false;
        for node in trace.nodes() {
            let service = node.span.service();
            if !names.iter().any(|name| name == service) {
                names.push(service.to_owned());
            }
            let lane = usize::from(node.lane != Lane::Browser);
            is_mixed |= *lanes[lane].get_or_insert(service) != service;
        }
        Self { names, is_mixed }
    }

    /// Returns the number of a row's color. `None` if the heading of the lane names the service.
    pub(crate) fn color(&self, node: &Node) -> Option<usize> {
        let service = node.span.service();
        let position = self.names.iter().position(|name| name == service)?;
        self.is_mixed.then_some(position % COLOR_COUNT)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace_model::{Attribute, Resource, Span};

    use super::*;

    fn trace(services: &[&str]) -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |(number, service): (u64, &&str)| {
            let id = format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(trace_id, id, "x");
            span.start_unix_nano = number;
            let mut attributes = vec![Attribute::new("service.name", *service)];
            if *service == "page" {
                attributes.push(Attribute::new("browser.platform", "x"));
            }
            span.resource = Arc::new(Resource {
                attributes: attributes.into_iter().collect(),
            });
            span
        };
        Trace::from_spans(trace_id, (1..).zip(services).map(span).collect())
    }

    #[test]
    fn services_of_one_lane_have_different_colors() {
        let trace = trace(&["page", "orders", "stock", "orders"]);
        let services = Services::of(&trace);
        let colors: Vec<_> = trace
            .nodes()
            .iter()
            .map(|node| services.color(node))
            .collect();
        assert_eq!(colors, [Some(0), Some(1), Some(2), Some(1)]);
    }

    #[test]
    fn one_service_for_each_lane_has_no_color() {
        let trace = trace(&["page", "orders"]);
        assert_eq!(Services::of(&trace).color(&trace.nodes()[1]), None);
    }
}
