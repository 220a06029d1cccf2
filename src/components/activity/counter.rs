//! A button of a crud with its counter.

use yew::prelude::*;

/// Renders the counter beside its button, unless the count is 0. The button's area extends over the counter.
///
/// The counter is not in the button, because the button's name is a word without a number. It is hidden from assistive
/// technology: the button's description includes the count.
pub(super) fn with_counter(button: Html, count: u32) -> Html {
    html! {
        <div class="counted">
            { button }
            <span class="count" aria-hidden="true">if count > 0 { { count } }</span>
        </div>
    }
}
