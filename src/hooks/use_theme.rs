//! The theme: the system's preference, or the user's choice, which this browser remembers.
//!
//! `www/boot.js` applies it before the first paint, and whenever it changes.

use web_sys::{Event, Storage};
use yew::prelude::*;

/// The key in `localStorage`. `www/boot.js` reads it.
const KEY: &str = "cruddur.theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Returns the stored value; `None` if the system's preference applies.
    const fn value(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// Returns the user's choice.
    fn stored() -> Self {
        let value = storage().and_then(|storage| storage.get_item(KEY).ok()?);
        let is_stored = |theme: &Self| theme.value() == value.as_deref();
        let found = Self::ALL.into_iter().find(is_stored);
        found.unwrap_or(Self::System)
    }

    fn store(self) {
        // Without storage, the system's preference applies.
        let _ = storage().map(|storage| match self.value() {
            Some(value) => storage.set_item(KEY, value),
            None => storage.remove_item(KEY),
        });
        // `www/boot.js` applies the choice.
        if let (Some(window), Ok(event)) = (web_sys::window(), Event::new("storage")) {
            // Fails only for an event that is being dispatched, and this one is new.
            let _ = window.dispatch_event(&event);
        }
    }
}

/// Returns the theme, and the callback that changes it.
#[hook]
pub(crate) fn use_theme() -> (Theme, Callback<Theme>) {
    let theme = use_state(Theme::stored);
    let set = {
        let theme = theme.setter();
        Callback::from(move |new: Theme| {
            new.store();
            theme.set(new);
        })
    };
    (*theme, set)
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
