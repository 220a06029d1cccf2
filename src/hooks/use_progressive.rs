//! Renders a long list in several tasks, so that its first screen is painted before the rest is rendered.

use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::hooks::is_back_or_forward;

/// The items of the first task fill a screen.
const FIRST_ITEMS: usize = 4;
/// The items of each further task, which is too short to delay a click.
const NEXT_ITEMS: usize = 3;

/// Returns how many of `total` items to render now. The component renders again until it is all of them.
///
/// After Back and Forward it is all of them at once: the page has to be as tall as it was, to be scrolled to where it
/// was. The same applies to items that are added to a complete list.
#[hook]
pub(crate) fn use_progressive(total: usize) -> usize {
    let limit = use_state(|| first_limit(is_back_or_forward()));
    let next = next_limit(*limit, total);
    let setter = limit.setter();
    use_effect_with(next, move |next| {
        let frame = next.map(|next| after_paint(move || setter.set(next)));
        move || drop(frame)
    });
    total.min(*limit)
}

/// Runs `then` in the first task after the next paint.
fn after_paint(then: impl FnOnce() + 'static) -> AnimationFrame {
    request_animation_frame(|_| {
        Timeout::new(0, then).forget();
    })
}

fn first_limit(is_back_or_forward: bool) -> usize {
    if is_back_or_forward {
        usize::MAX
    } else {
        FIRST_ITEMS
    }
}

/// Returns the next limit, or `None` if the list is complete or empty.
fn next_limit(limit: usize, total: usize) -> Option<usize> {
    let next = limit.saturating_add(NEXT_ITEMS);
    let is_incomplete = total > 0 && limit < usize::MAX;
    is_incomplete.then_some(if next < total { next } else { usize::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_grows_until_the_list_is_complete() {
        let mut limit = first_limit(false);
        let mut limits = vec![limit];
        while let Some(next) = next_limit(limit, 10) {
            limit = next;
            limits.push(limit);
        }
        assert_eq!(limits, [4, 7, usize::MAX]);
    }

    #[test]
    fn empty_list_keeps_the_first_limit() {
        assert_eq!(next_limit(FIRST_ITEMS, 0), None);
    }

    #[test]
    fn list_is_complete_at_once_after_back_and_forward() {
        assert_eq!(next_limit(first_limit(true), 20), None);
    }
}
