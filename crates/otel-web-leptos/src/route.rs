//! Names of pages.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Names the navigation that shows this component by its route, such as `/users/:id`.
///
/// Call it in the component of each page, with the whole path as the routes declare it. The navigation's
/// span is then named `navigate /users/:id`, so that all visits to the page share one name. It also
/// names later navigations from one user to the next, for which the component stays mounted.
///
/// # Panics
///
/// Panics outside a `<Router>`, like the hooks of `leptos_router`.
///
/// # Examples
///
/// ## A page with a parameter
///
/// ```no_run
/// use leptos::prelude::*;
/// use otel_web_leptos::use_route_template;
///
/// #[component]
/// fn Profile() -> impl IntoView {
///     use_route_template("/users/:id");
///     view! { <h1>"Profile"</h1> }
/// }
/// ```
pub fn use_route_template(template: &'static str) {
    let path = use_location().pathname;
    // Leptos renders the page before it changes the address.
    Effect::new(move || otel_web::set_route_template_of(&path.read(), template));
}
