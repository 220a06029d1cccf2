//! A callback from Yew's scheduler before each rendering.

use yew::scheduler::{self, Runnable};

/// Yew calls it together with the pending updates of components, and renders them right after that.
struct Rendering(Box<dyn FnOnce()>);

impl Runnable for Rendering {
    fn run(self: Box<Self>) {
        (self.0)();
    }
}

/// Lets an action remain the cause until Yew has rendered what the action changed.
///
/// Yew renders in a microtask. But after 16 ms it yields to the browser, and what changes then is rendered in a later
/// task.
pub(crate) fn install() {
    otel_web::set_render_scheduler(|rendering| scheduler::push(Box::new(Rendering(rendering))));
}
