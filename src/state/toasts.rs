//! Short messages about the result of an action.

use std::rc::Rc;

use yew::Reducible;

use super::retry::Retry;

/// More toasts than this would cover the page.
const MAX_VISIBLE: usize = 2;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ToastQueue {
    pub(crate) visible: Vec<Toast>,
    next_id: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    pub(crate) id: u32,
    pub(crate) text: String,
    pub(crate) is_error: bool,
    /// The URL of the action's trace in the viewer, if the page links to it.
    pub(crate) trace_url: Option<String>,
    /// The failed action, if it may succeed the next time.
    pub(crate) retry: Option<Retry>,
}

#[derive(Clone, Debug)]
pub(crate) enum ToastAction {
    Show {
        text: String,
        is_error: bool,
        trace_url: Option<String>,
        retry: Option<Retry>,
    },
    Dismiss(u32),
}

impl Reducible for ToastQueue {
    type Action = ToastAction;

    fn reduce(mut self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let queue = Rc::make_mut(&mut self);
        match action {
            ToastAction::Show {
                text,
                is_error,
                trace_url,
                retry,
            } => queue.show(|id| Toast {
                id,
                text,
                is_error,
                trace_url,
                retry,
            }),
            ToastAction::Dismiss(id) => queue.visible.retain(|toast| toast.id != id),
        }
        self
    }
}

impl ToastQueue {
    fn show(&mut self, toast: impl FnOnce(u32) -> Toast) {
        self.visible.push(toast(self.next_id));
        self.next_id += 1;
        let excess = self.visible.len().saturating_sub(MAX_VISIBLE);
        self.visible.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(queue: Rc<ToastQueue>, text: &str) -> Rc<ToastQueue> {
        queue.reduce(ToastAction::Show {
            text: text.to_owned(),
            is_error: false,
            trace_url: None,
            retry: None,
        })
    }

    fn texts(queue: &ToastQueue) -> Vec<&str> {
        let visible = queue.visible.iter();
        visible.map(|toast| toast.text.as_str()).collect()
    }

    #[test]
    fn oldest_toast_is_removed_and_ids_are_never_reused() {
        let queue = ["a", "b", "c"].into_iter().fold(Rc::default(), show);
        assert_eq!(texts(&queue), ["b", "c"]);
        let newest = queue.visible[1].id;
        let queue = queue.reduce(ToastAction::Dismiss(newest));
        assert_eq!(texts(&queue), ["b"]);
        assert!(show(queue, "d").visible[1].id > newest);
    }
}
