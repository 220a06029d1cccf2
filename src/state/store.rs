//! Provides the state of a reducer to all descendants, with the dispatcher in a context of its own:
//! a component that only dispatches does not re-render when the state changes.

use yew::html::ChildrenProps;
use yew::prelude::*;

type Dispatcher<T> = UseReducerDispatcher<T>;

/// Owns the state `T` and provides it to its children.
#[component]
pub(crate) fn StoreProvider<T>(props: &ChildrenProps) -> Html
where
    T: Reducible + Default + PartialEq + 'static,
{
    let store = use_reducer_eq(T::default);
    html! {
        <ContextProvider<Dispatcher<T>> context={store.dispatcher()}>
            <ContextProvider<UseReducerHandle<T>> context={store}>
                { props.children.clone() }
            </ContextProvider<UseReducerHandle<T>>>
        </ContextProvider<Dispatcher<T>>>
    }
}

/// Returns the state. The component re-renders when it changes.
#[hook]
pub(crate) fn use_store<T: Reducible + PartialEq + 'static>() -> UseReducerHandle<T> {
    use_context().expect("a StoreProvider of this state in app.rs")
}

/// Returns the dispatcher of the state, without re-rendering when the state changes.
#[hook]
pub(crate) fn use_dispatch<T: Reducible + 'static>() -> Dispatcher<T> {
    use_context().expect("a StoreProvider of this state in app.rs")
}
