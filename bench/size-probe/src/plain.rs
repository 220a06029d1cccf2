//! The page without telemetry.

pub(crate) use gloo_net::http::Request;

pub(crate) fn install() {}

pub(crate) fn act(work: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(work);
}
