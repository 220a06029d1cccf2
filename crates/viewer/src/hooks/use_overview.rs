//! Loads an overview, and refreshes it while it is shown.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Interval;
use otel_web_yew::use_load;
use wasm_bindgen_futures::spawn_local;
use yew::{
    Callback,
    functional::{Reducible, UseReducerDispatcher, use_effect_with, use_mut_ref, use_reducer},
    hook,
};

use super::Url;
use crate::{
    gateway::{self, Document, Error, Initiator},
    overview_state::OverviewState,
    shared::Shared,
};

/// The pause between two refreshes.
const REFRESH_INTERVAL_MS: u32 = 5_000;

/// What an overview requests. A change loads it anew.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OverviewRequest {
    /// Such as `api/actions`.
    pub(crate) path: String,
    pub(crate) url_template: &'static str,
    /// Parameters besides the time range.
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// The length of the time range, which ends now. `None`: all traces.
    pub(crate) range_nanos: Option<u64>,
}

impl OverviewRequest {
    /// Returns the request of a page, with the query and the action of the address.
    pub(crate) fn of(url: &Url, path: &str, url_template: &'static str) -> Self {
        let state = &url.view.overview;
        let mut parameters = vec![("query", url.view.query.clone())];
        let action = state.chosen_range().into_iter().chain(state.action());
        parameters.extend(action.map(|(name, value)| (name, value.to_owned())));
        Self {
            path: path.to_owned(),
            url_template,
            parameters,
            range_nanos: state.range_nanos(),
        }
    }

    /// Adds the selected box.
    pub(crate) fn with_selection(mut self, state: &OverviewState) -> Self {
        let selection = state.selection().into_iter();
        let selection = selection.map(|(name, value)| (name, value.to_owned()));
        self.parameters.extend(selection);
        self
    }

    fn address(&self) -> String {
        let mut parameters = self.parameters.clone();
        let now = (js_sys::Date::now() * 1e6) as u64;
        let since = self.range_nanos.map(|nanos| now.saturating_sub(nanos));
        parameters.extend(since.map(|since| ("since", since.to_string())));
        let parameters = parameters.iter().filter(|(_, value)| !value.is_empty());
        let parameters = parameters.map(|(name, value)| {
            let value = String::from(js_sys::encode_uri_component(value));
            format!("{name}={value}")
        });
        let parameters = parameters.collect::<Vec<_>>().join("&");
        format!("{}?{parameters}", self.path)
    }
}

/// The state of an overview.
#[derive(Debug)]
pub(crate) struct Overview<T> {
    /// `None` while it is loaded for the first time.
    pub(crate) data: Option<Shared<T>>,
    /// A newer answer that waits, so that nothing moves under the pointer.
    pub(crate) pending: Option<Shared<T>>,
    pub(crate) error: Option<Error>,
}

impl<T> Default for Overview<T> {
    fn default() -> Self {
        Self {
            data: None,
            pending: None,
            error: None,
        }
    }
}

impl<T> Clone for Overview<T> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            pending: self.pending.clone(),
            error: self.error.clone(),
        }
    }
}

pub(crate) enum Action<T> {
    Clear,
    Loaded(Result<T, Error>),
    /// An answer that is shown when the user asks for it.
    Deferred(T),
    ShowPending,
}

impl<T> Reducible for Overview<T> {
    type Action = Action<T>;

    fn reduce(self: Rc<Self>, action: Action<T>) -> Rc<Self> {
        let mut overview = (*self).clone();
        match action {
            Action::Clear => overview = Self::default(),
            Action::Loaded(Ok(data)) => {
                overview = Self {
                    data: Some(Shared::new(data)),
                    ..Self::default()
                }
            }
            Action::Loaded(Err(error)) => overview.error = Some(error),
            Action::Deferred(data) => overview.pending = Some(Shared::new(data)),
            Action::ShowPending => {
                let pending = overview.pending.take();
                overview.data = pending.or(overview.data);
            }
        }
        Rc::new(overview)
    }
}

/// An overview, and callbacks that change it.
#[derive(Debug)]
pub(crate) struct OverviewHandle<T> {
    pub(crate) state: Overview<T>,
    pub(crate) retry: Callback<()>,
    pub(crate) show_pending: Callback<()>,
    /// Called with whether the pointer is over the overview, or the focus in it.
    pub(crate) freeze: Callback<bool>,
}

/// Loads an overview. `is_live` refreshes it every five seconds.
#[hook]
pub(crate) fn use_overview<T>(request: OverviewRequest, is_live: bool) -> OverviewHandle<T>
where
    T: Document + 'static,
{
    let state = use_reducer(Overview::<T>::default);
    let dispatch = state.dispatcher();
    let latest = use_mut_ref(|| request.clone());
    *latest.borrow_mut() = request.clone();
    let is_frozen = use_mut_ref(|| false);
    use_load(request.clone(), {
        let (dispatch, latest) = (dispatch.clone(), latest.clone());
        move |request| {
            dispatch.dispatch(Action::Clear);
            load(request, dispatch, latest)
        }
    });
    use_effect_with((is_live, request), {
        let (dispatch, latest, is_frozen) = (dispatch.clone(), latest.clone(), is_frozen.clone());
        move |(is_live, _)| {
            let interval = is_live.then(|| {
                Interval::new(REFRESH_INTERVAL_MS, move || {
                    let request = latest.borrow().clone();
                    let is_frozen = *is_frozen.borrow();
                    let (dispatch, latest) = (dispatch.clone(), latest.clone());
                    spawn_local(refresh(request, dispatch, latest, is_frozen));
                })
            });
            move || drop(interval)
        }
    });
    let retry = {
        let (dispatch, latest) = (dispatch.clone(), latest);
        Callback::from(move |()| {
            let request = latest.borrow().clone();
            spawn_local(load(request, dispatch.clone(), latest.clone()));
        })
    };
    OverviewHandle {
        state: (*state).clone(),
        retry,
        show_pending: Callback::from(move |()| dispatch.dispatch(Action::ShowPending)),
        freeze: Callback::from(move |frozen| *is_frozen.borrow_mut() = frozen),
    }
}

async fn load<T: Document + 'static>(
    request: OverviewRequest,
    dispatch: UseReducerDispatcher<Overview<T>>,
    latest: Rc<RefCell<OverviewRequest>>,
) {
    let (path, template) = (request.address(), request.url_template);
    let result = gateway::overview(&path, template, Initiator::User).await;
    // The user may have chosen another overview meanwhile.
    if *latest.borrow() == request {
        dispatch.dispatch(Action::Loaded(result));
    }
}

async fn refresh<T: Document + 'static>(
    request: OverviewRequest,
    dispatch: UseReducerDispatcher<Overview<T>>,
    latest: Rc<RefCell<OverviewRequest>>,
    is_frozen: bool,
) {
    let (path, template) = (request.address(), request.url_template);
    let result = gateway::overview(&path, template, Initiator::Background).await;
    if *latest.borrow() != request {
        return;
    }
    dispatch.dispatch(match result {
        Ok(data) if is_frozen => Action::Deferred(data),
        result => Action::Loaded(result),
    });
}
