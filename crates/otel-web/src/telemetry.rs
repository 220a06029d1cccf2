//! Switching telemetry on.

use std::borrow::Cow;
use std::cell::RefCell;

use opentelemetry::KeyValue;
use web_sys::Window;

use crate::config::Config;
use crate::export::{self, Destination};
use crate::propagation::Propagation;
use crate::sampler::Sampler;
use crate::{TracerProvider, action, diagnostics, instrument, js, otlp, pipeline, resource};

/// Spans kept while they cannot be sent; the oldest are given up first.
const QUEUE_CAPACITY: usize = 2048;

thread_local! {
    static PROPAGATION: RefCell<Propagation> = RefCell::default();
}

/// The entrance: [`Telemetry::builder`].
#[derive(Clone, Copy, Debug)]
pub struct Telemetry {
    _private: (),
}

impl Telemetry {
    /// Starts to describe the telemetry of the service `service_name`.
    pub fn builder(service_name: impl Into<Cow<'static, str>>) -> Builder {
        let config = Config {
            service_name: service_name.into(),
            endpoint: String::new(),
            headers: Vec::new(),
            sample_ratio: 1.0,
            propagate_to: Vec::new(),
        };
        Builder {
            config,
            resource: Vec::new(),
        }
    }
}

/// Describes telemetry before it is switched on. The page's `<meta name="otel-endpoint">`,
/// `otel-headers`, `otel-sample-ratio` and `otel-service-name` win over what is set here.
#[derive(Clone, Debug)]
#[must_use = "telemetry is on after `.install()`"]
pub struct Builder {
    config: Config,
    resource: Vec<KeyValue>,
}

impl Builder {
    /// Where to send spans: `{endpoint}/v1/traces`. A path means the page's own origin. Default: "".
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.config.endpoint = endpoint.into();
        self
    }

    /// Adds a header to each export request. Everybody who can see the page can read it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.headers.push((name.into(), value.into()));
        self
    }

    /// The share of traces to keep, from 0 to 1. Default: 1.
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.config.sample_ratio = ratio;
        self
    }

    /// Foreign origins, e.g. `https://api.example.com`, whose servers continue the trace. Requests
    /// to the page's own origin always carry it.
    pub fn propagate_to<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.config
            .propagate_to
            .extend(origins.into_iter().map(Into::into));
        self
    }

    /// Adds an attribute to the resource, e.g. `service.version`.
    pub fn resource(mut self, attribute: KeyValue) -> Self {
        self.resource.push(attribute);
        self
    }

    /// Switches telemetry on. Call it first thing, so that the page load is seen from its beginning.
    ///
    /// Where a setting cannot be used, says so on the console and leaves telemetry off.
    pub fn install(self) -> Telemetry {
        if !cfg!(feature = "off") {
            match self.config.overridden_by(meta) {
                Ok(config) => start(config, self.resource),
                Err(invalid) => diagnostics::warn_once(&invalid.to_string()),
            }
        }
        Telemetry { _private: () }
    }

    /// For [`testing`](crate::testing), on a host too: everything but the export.
    #[cfg(feature = "testing")]
    pub(crate) fn install_unsent(self) {
        trace(self.config.sample_ratio, self.config.propagate_to);
    }
}

fn start(config: Config, own: Vec<KeyValue>) {
    export::install(Destination {
        url: config.traces_url(),
        resource: otlp::encode_resource(&resource::attributes(&config.service_name, own)),
        headers: config.headers,
    });
    trace(config.sample_ratio, config.propagate_to);
}

/// All but the export.
fn trace(sample_ratio: f64, propagate_to: Vec<String>) {
    pipeline::install(Sampler::with_ratio(sample_ratio), QUEUE_CAPACITY);
    let propagation = Propagation {
        allowed_origins: propagate_to,
    };
    PROPAGATION.with(|cell| *cell.borrow_mut() = propagation);
    opentelemetry::global::set_tracer_provider(TracerProvider::default());
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    action::install_paint();
    if let Some(window) = web_sys::window() {
        watch(&window);
    }
}

fn watch(window: &Window) {
    export::listen_for_exit(window);
    #[cfg(feature = "user-action")]
    action::listen_for_events(window);
    #[cfg(feature = "navigation")]
    instrument::navigation::install(window);
    #[cfg(feature = "errors")]
    instrument::errors::install(window);
    #[cfg(feature = "document-load")]
    instrument::document_load::install(window);
}

fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let element = document
        .query_selector(&["meta[name='", name, "']"].concat())
        .ok()??;
    element.get_attribute("content")
}

/// Whether a request to `url` carries the trace's headers.
pub(crate) fn propagates_to(url: &str) -> bool {
    let origin = web_sys::Url::new(url)
        .map(|url| url.origin())
        .unwrap_or_default();
    let own = js::text(&js_sys::global(), "origin").unwrap_or_default();
    PROPAGATION.with(|propagation| propagation.borrow().reaches(&origin, &own))
}
