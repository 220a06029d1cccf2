//! Names of pages.

use yew::prelude::*;

/// Names the navigation that shows this component by its route, e.g. `/@:handle`. Call it in each
/// page, with the path as the router has it. [`use_load`](crate::use_load) has an example.
#[hook]
pub fn use_route_template(template: &'static str) {
    // After every render: from one profile to the next the component stays, and the navigation is new.
    use_effect(move || otel_web::set_route_template(template));
}
