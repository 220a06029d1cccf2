//! The end of a feed: loads the next page when the user scrolls towards it, or on a click.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};
use yew::prelude::*;

use crate::hooks::LoadMore as Props;
use crate::state::extension::Extension;

/// How far below the visible part the end of the feed is when the next page is loaded.
const MARGIN: &str = "0px 0px 400px 0px";

#[derive(Properties, PartialEq)]
pub(crate) struct LoadMoreProps {
    pub(crate) load: Props,
}

#[component]
pub(crate) fn LoadMore(props: &LoadMoreProps) -> Html {
    let Props {
        next,
        extension,
        onclick,
        onapproach,
    } = &props.load;
    let node = use_node_ref();
    // After an error, only a click loads again: an unreachable back end would otherwise get request after request.
    let awaited = next.clone().filter(|_| *extension == Extension::Idle);
    use_approach(&node, awaited, onapproach);
    let is_loading = *extension == Extension::Loading;
    html! {
        <div class="more" ref={node}>
            if next.is_some() {
                <button type="button" class="pill quiet" aria-busy={is_loading.then_some("true")}
                    onclick={(!is_loading).then(|| onclick.clone())}>{ "Load more" }</button>
            } else {
                <p>{ "You have reached the end." }</p>
            }
        </div>
    }
}

/// Calls `onapproach` once for each `awaited` page, when the element is near.
#[hook]
fn use_approach(node: &NodeRef, awaited: Option<AttrValue>, onapproach: &Callback<()>) {
    let (node, onapproach) = (node.clone(), onapproach.clone());
    use_effect_with(awaited, move |awaited| {
        let element = node.cast::<Element>().filter(|_| awaited.is_some());
        // Without the observer, the button remains.
        let observed = element.and_then(|element| observe(&element, onapproach).ok());
        move || {
            if let Some((observer, _callback)) = observed {
                observer.disconnect();
            }
        }
    });
}

type OnEntries = Closure<dyn FnMut(js_sys::Array)>;

fn observe(
    element: &Element,
    onapproach: Callback<()>,
) -> Result<(IntersectionObserver, OnEntries), JsValue> {
    let mut is_done = false;
    let callback = OnEntries::new(move |entries: js_sys::Array| {
        let is_near = |entry: JsValue| {
            entry
                .unchecked_into::<IntersectionObserverEntry>()
                .is_intersecting()
        };
        if !is_done && entries.iter().any(is_near) {
            is_done = true;
            onapproach.emit(());
        }
    });
    let init = IntersectionObserverInit::new();
    init.set_root_margin(MARGIN);
    let function = callback.as_ref().unchecked_ref();
    let observer = IntersectionObserver::new_with_options(function, &init)?;
    observer.observe(element);
    Ok((observer, callback))
}
