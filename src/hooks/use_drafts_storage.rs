//! Stores the drafts in this tab, so that they survive a reload, but not the user's session.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Storage;
use yew::prelude::*;

use crate::state::drafts::{DraftAction, Drafts, StoredDraft};
use crate::state::session::{AuthState, Session};
use crate::state::use_store;

/// The key in `sessionStorage`, which other tabs and later visits do not read.
const KEY: &str = "cruddur.drafts";

/// The owner if the back end has no accounts, or the request for the account failed.
const ANY_OWNER: &str = "";

/// An account and its drafts.
type Stored = (String, Vec<StoredDraft>);

/// Restores the drafts of the account, stores them after each change, and removes them when the user
/// signs out.
#[hook]
pub(crate) fn use_drafts_storage() {
    let (drafts, session) = (use_store::<Drafts>(), use_store::<Session>());
    let dispatch = drafts.dispatcher();
    use_effect_with(owner(&session.auth), {
        let dispatch = dispatch.clone();
        move |owner| {
            if let Some(owner) = owner {
                let (owner, stored) = load_for(owner);
                dispatch.dispatch(DraftAction::Owned { owner, stored });
            }
        }
    });
    let generation = use_mut_ref(|| session.generation);
    use_effect_with(
        (session.generation, session.is_signed_out()),
        move |(current, is_signed_out)| {
            // A session that expired has the same generation. The user may sign in again.
            if generation.replace(*current) != *current && *is_signed_out {
                dispatch.dispatch(DraftAction::SignedOut);
                remove();
            }
        },
    );
    use_effect_with(drafts.to_store(), |stored| {
        // Storage may be unavailable or full. The drafts then last until the page is closed.
        let _ = stored.as_ref().and_then(save);
    });
}

/// Returns the account that writes, once it is known.
fn owner(auth: &AuthState) -> Option<String> {
    match auth {
        AuthState::SignedIn(me) => Some(me.handle.clone()),
        AuthState::Unsupported => Some(ANY_OWNER.to_owned()),
        AuthState::Unknown | AuthState::SignedOut => None,
    }
}

/// Loads the drafts of this account, and those of any account if its name is not known.
fn load_for(owner: &str) -> Stored {
    let is_its_own = |stored: &Stored| owner == ANY_OWNER || stored.0 == owner;
    load()
        .filter(is_its_own)
        .unwrap_or_else(|| (owner.to_owned(), Vec::new()))
}

fn load() -> Option<Stored> {
    let text = storage()?.get_item(KEY).ok()??;
    from_js(&js_sys::JSON::parse(&text).ok()?)
}

fn from_js(stored: &JsValue) -> Option<Stored> {
    let stored = Array::from(stored);
    let drafts = Array::from(&stored.get(1)).into_iter();
    let drafts = drafts.map(|draft| {
        let fields = Array::from(&draft);
        // A page without a time to live, an older version of this one, stored three fields.
        [0, 1, 2, 3].map(|index| fields.get(index).as_string().unwrap_or_default())
    });
    Some((stored.get(0).as_string()?, drafts.collect()))
}

fn to_js((owner, drafts): &Stored) -> Array {
    let strings = |draft: &StoredDraft| draft.iter().map(JsValue::from).collect::<Array>();
    let drafts: Array = drafts.iter().map(strings).collect();
    Array::of2(&owner.into(), &drafts)
}

fn save(stored: &Stored) -> Option<()> {
    let text = js_sys::JSON::stringify(&to_js(stored)).ok()?.as_string()?;
    storage()?.set_item(KEY, &text).ok()
}

fn remove() {
    // Without storage, there is nothing to remove.
    let _ = storage().map(|storage| storage.remove_item(KEY));
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
