//! Names of pages.

use yew::prelude::*;

/// Names the navigation that shows this component by its route, such as `/@:handle`.
///
/// Call it in the component of each page, with the path as the router declares it. The navigation's
/// span is then named `navigate /@:handle`, so that all visits to the page share one name. It is called
/// after every render, because the component stays mounted while the path changes from one handle to
/// the next.
///
/// Outside components, use [`otel_web::set_route_template`].
///
/// # Examples
///
/// ## A page with a parameter
///
/// ```no_run
/// use otel_web_yew::use_route_template;
/// use yew::prelude::*;
///
/// #[component]
/// fn Profile() -> Html {
///     use_route_template("/@:handle");
///     html! { <h1>{ "Profile" }</h1> }
/// }
/// ```
#[hook]
pub fn use_route_template(template: &'static str) {
    use_effect(move || otel_web::set_route_template(template));
}
