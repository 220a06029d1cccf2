//! Short answers to what the user just did.

use std::rc::Rc;

use yew::Reducible;

/// More at once would hide the page behind answers.
const SHOWN_AT_ONCE: usize = 2;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Toasts {
    pub(crate) shown: Vec<Toast>,
    next_id: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) id: u32,
    pub(crate) text: String,
    pub(crate) failed: bool,
    /// Where the trace of the action can be seen, in development.
    pub(crate) trace: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum ToastAction {
    Show {
        text: String,
        failed: bool,
        trace: Option<String>,
    },
    Dismiss(u32),
}

impl Reducible for Toasts {
    type Action = ToastAction;

    fn reduce(mut self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let toasts = Rc::make_mut(&mut self);
        match action {
            ToastAction::Show {
                text,
                failed,
                trace,
            } => toasts.show(text, failed, trace),
            ToastAction::Dismiss(id) => toasts.shown.retain(|toast| toast.id != id),
        }
        self
    }
}

impl Toasts {
    fn show(&mut self, text: String, failed: bool, trace: Option<String>) {
        let id = self.next_id;
        self.next_id += 1;
        self.shown.push(Toast {
            id,
            text,
            failed,
            trace,
        });
        let surplus = self.shown.len().saturating_sub(SHOWN_AT_ONCE);
        self.shown.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(toasts: Rc<Toasts>, text: &str) -> Rc<Toasts> {
        toasts.reduce(ToastAction::Show {
            text: text.to_owned(),
            failed: false,
            trace: None,
        })
    }

    fn texts(toasts: &Toasts) -> Vec<&str> {
        toasts
            .shown
            .iter()
            .map(|toast| toast.text.as_str())
            .collect()
    }

    #[test]
    fn the_newest_push_out_the_oldest_and_ids_are_never_reused() {
        let toasts = ["a", "b", "c"].into_iter().fold(Rc::default(), show);
        assert_eq!(texts(&toasts), ["b", "c"]);
        let newest = toasts.shown[1].id;
        let toasts = toasts.reduce(ToastAction::Dismiss(newest));
        assert_eq!(texts(&toasts), ["b"]);
        assert!(show(toasts, "d").shown[1].id > newest);
    }
}
