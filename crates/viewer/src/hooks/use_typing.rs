//! Text inputs that change the address after a pause in typing.

use gloo_timers::callback::Timeout;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::Url;
use crate::route::View;

/// How long typing must pause before the address changes.
const TYPING_PAUSE_MS: u32 = 200;

/// The text of an input.
#[derive(Default)]
struct Typed {
    text: String,
    /// The text in the address at the latest render.
    address: String,
    /// The address does not have the text yet.
    is_pending: bool,
}

impl Typed {
    /// Takes over a changed address, except while the user is typing.
    fn render(&mut self, address: &str) -> String {
        if self.address != address {
            address.clone_into(&mut self.address);
            if !self.is_pending {
                address.clone_into(&mut self.text);
            }
        }
        self.text.clone()
    }

    fn input(&mut self, text: String) {
        (self.text, self.is_pending) = (text, true);
    }

    /// Returns the text if the address does not have it yet.
    fn take_pending(&mut self) -> Option<String> {
        std::mem::take(&mut self.is_pending).then(|| self.text.clone())
    }
}

/// The text of an input, and the callbacks of its events.
pub(crate) struct Typing {
    pub(crate) text: String,
    pub(crate) oninput: Callback<InputEvent>,
    pub(crate) onblur: Callback<FocusEvent>,
}

/// Changes the address after a pause in typing, and when the input loses the focus: what the user
/// clicks then edits the new address. `read` finds the text in the address's view, and `edit` puts it
/// into the view that is shown.
#[hook]
pub(crate) fn use_typing(
    url: &Url,
    read: fn(&View) -> &str,
    edit: fn(&View, String) -> View,
) -> Typing {
    let pause = use_mut_ref(|| None::<Timeout>);
    let latest = use_mut_ref(|| url.clone());
    latest.replace(url.clone());
    let typed = use_mut_ref(Typed::default);
    let text = typed.borrow_mut().render(read(&url.view));
    let update = use_force_update();
    let apply = {
        let typed = typed.clone();
        move || {
            let pending = typed.borrow_mut().take_pending();
            let url = latest.borrow().clone();
            if let Some(text) = pending {
                url.replace(&edit(&url.view, text));
            }
        }
    };
    let onblur = {
        let apply = apply.clone();
        Callback::from(move |_| apply())
    };
    let oninput = Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        typed.borrow_mut().input(text);
        update.force_update();
        pause.replace(Some(Timeout::new(TYPING_PAUSE_MS, apply.clone())));
    });
    Typing {
        text,
        oninput,
        onblur,
    }
}
