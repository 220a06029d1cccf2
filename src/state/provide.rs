//! Gives a reducer's state to everything below it, and its dispatcher apart from the state:
//! a component that only dispatches is not rendered again when the state changes.

use yew::html::ChildrenProps;
use yew::prelude::*;

type Dispatcher<T> = UseReducerDispatcher<T>;

#[component]
pub(crate) fn Provide<T>(props: &ChildrenProps) -> Html
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

/// The state itself; the component is rendered again when it changes.
#[hook]
pub(crate) fn use_store<T: Reducible + PartialEq + 'static>() -> UseReducerHandle<T> {
    use_context().expect("app.rs puts a Provide of this state above every component")
}

/// The way to change the state without watching it.
#[hook]
pub(crate) fn use_dispatch<T: Reducible + 'static>() -> Dispatcher<T> {
    use_context().expect("app.rs puts a Provide of this state above every component")
}
