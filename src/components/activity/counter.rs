//! The counter next to a button's icon.

use yew::prelude::*;

/// Shows the count unless it is 0. Hidden from assistive technology: the button's description includes the count.
pub(super) fn counter(count: u32) -> Html {
    html! { <span aria-hidden="true">if count > 0 { { count } }</span> }
}
