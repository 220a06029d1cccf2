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
}

/// Returns the text of an input, and a callback for its input event. `read` finds the text in the
/// address's view, and `edit` puts it into the view that is shown after the pause.
#[hook]
pub(crate) fn use_typing(
    url: &Url,
    read: fn(&View) -> &str,
    edit: fn(&View, String) -> View,
) -> (String, Callback<InputEvent>) {
    let pause = use_mut_ref(|| None::<Timeout>);
    let latest = use_mut_ref(|| url.clone());
    latest.replace(url.clone());
    let typed = use_mut_ref(Typed::default);
    let text = typed.borrow_mut().render(read(&url.view));
    let update = use_force_update();
    let oninput = Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        {
            let mut typed = typed.borrow_mut();
            (typed.text, typed.is_pending) = (text.clone(), true);
        }
        update.force_update();
        let (latest, typed) = (latest.clone(), typed.clone());
        let apply = move || {
            typed.borrow_mut().is_pending = false;
            let url = latest.borrow().clone();
            url.replace(&edit(&url.view, text));
        };
        pause.replace(Some(Timeout::new(TYPING_PAUSE_MS, apply)));
    });
    (text, oninput)
}
