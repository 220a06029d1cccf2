//! Completes the query in the search box.

use trace_model::overview::AttributeNames;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    completion::{Wanted, completions, wanted},
    gateway::{self, Initiator},
};

/// The names that complete a query, and what they are.
type Names = Option<(Wanted, Vec<String>)>;

/// Returns completions of a query. Requests names only while the box has the focus.
#[hook]
pub(crate) fn use_completion(text: &str, is_focused: bool) -> Vec<String> {
    let names = use_state(|| Names::None);
    let wanted = wanted(text);
    use_effect_with((wanted.clone(), is_focused), {
        let names = names.clone();
        move |(wanted, is_focused): &(Wanted, bool)| {
            if *is_focused {
                spawn_local(load(wanted.clone(), names.setter()));
            }
        }
    });
    match &*names {
        Some((of, names)) if *of == wanted && is_focused => completions(text, names),
        _ => Vec::new(),
    }
}

async fn load(wanted: Wanted, names: UseStateSetter<Names>) {
    let key = match &wanted {
        Wanted::Keys => String::new(),
        Wanted::Values(key) => String::from(js_sys::encode_uri_component(key)),
    };
    let path = format!("api/attributes?key={key}");
    let found =
        gateway::overview::<AttributeNames>(&path, "/api/attributes", Initiator::Background);
    // Without a response, there are no completions.
    if let Ok(found) = found.await {
        let found = found.names.into_iter().map(|found| found.name).collect();
        names.set(Some((wanted, found)));
    }
}
