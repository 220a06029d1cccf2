//! Switching telemetry on.

use std::borrow::Cow;
use std::rc::Rc;

use opentelemetry::KeyValue;
use web_sys::Window;

use crate::config::Config;
use crate::ended_span::{EndedSpan, Hook};
use crate::export::{self, Destination};
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
use crate::propagation::{self, Propagation};
use crate::sampler::Sampler;
use crate::{TracerProvider, action, diagnostics, js, pipeline, resource, session};

/// Spans kept while they cannot be sent; the oldest are given up first.
const QUEUE_CAPACITY: usize = 2048;

/// The entrance: [`Telemetry::builder`].
///
/// # Example: a page whose API lives elsewhere
///
/// ```no_run
/// use otel_web::{KeyValue, Telemetry};
///
/// Telemetry::builder("shop")
///     .endpoint("https://collector.example.com")
///     .propagate_to(["https://api.example.com"])
///     .resource(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
///     .sample_ratio(0.25)
///     .install();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Telemetry {
    _private: (),
}

impl Telemetry {
    /// Starts to describe the telemetry of the service `service_name`.
    pub fn builder(service_name: impl Into<Cow<'static, str>>) -> Builder {
        Builder {
            config: Config::new(service_name.into()),
        }
    }
}

/// Describes telemetry before it is switched on. What the page says wins over what is set here:
///
/// | `<meta name="…">` | `content="…"` |
/// |---|---|
/// | `otel-endpoint` | `/otlp`, or `https://api.honeycomb.io` |
/// | `otel-headers` | `x-honeycomb-team=…,other=…` |
/// | `otel-sample-ratio` | `0.25` |
/// | `otel-service-name` | `shop` |
/// | `otel-resource-attributes` | `deployment.environment.name=staging,service.version=1.2` |
/// | `otel-propagate-to` | `https://api.example.com,https://img.example.com` |
/// | `otel-propagate-except` | `/files/*,https://api.example.com/*/download` |
/// | `otel-propagate-xray` | `true` |
/// | `otel-compression` | `gzip` or `none` |
/// | `otel-disabled` | `true`: no telemetry on this page |
#[derive(Clone, Debug)]
#[must_use = "telemetry is on after `.install()`"]
pub struct Builder {
    config: Config,
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

    /// The share of sessions to keep, from 0 to 1, each with all its traces. Errors are kept in any
    /// case, without the rest of their trace. Default: 1.
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

    /// URLs whose servers do not continue the trace, though their origin is the page's own or an allowed
    /// one: paths of the page's own origin, or whole URLs, with `*` for any characters; query and
    /// fragment do not count.
    ///
    /// Name those that redirect to another origin. The browser takes the trace's headers along, asks the
    /// other origin in a CORS preflight whether it allows them, and fails the request if it does not.
    /// Single requests: [`RequestBuilder::propagate`](crate::fetch::RequestBuilder::propagate).
    ///
    /// ```no_run
    /// otel_web::Telemetry::builder("shop")
    ///     .propagate_except(["/files/*", "https://api.example.com/*/download"])
    ///     .install();
    /// ```
    pub fn propagate_except<P: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.config
            .propagate_except
            .extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Sends `X-Amzn-Trace-Id` where `traceparent` goes, for AWS services that read nothing else.
    /// Default: no.
    pub fn propagate_xray(mut self, enabled: bool) -> Self {
        self.config.propagate_xray = enabled;
        self
    }

    /// Whether requests to the receiver are compressed. Default: to the page's own origin; one that
    /// cannot take it is noticed. Foreign receivers must allow `Content-Encoding` in their CORS
    /// preflight, so for them only on demand.
    pub fn compression(mut self, enabled: bool) -> Self {
        self.config.compression = Some(enabled);
        self
    }

    /// Adds an attribute to the resource, e.g. `service.version` or `deployment.environment.name`.
    pub fn resource(mut self, attribute: KeyValue) -> Self {
        self.config.resource.push(attribute);
        self
    }

    /// Lets the application look at each span before it is queued, to rewrite what must not leave the
    /// page, or to discard the span.
    ///
    /// ```no_run
    /// otel_web::Telemetry::builder("shop")
    ///     .on_end(|span| {
    ///         if span.text("url.path").is_some_and(|path| path.starts_with("/users/")) {
    ///             span.remove_attribute("url.path");
    ///         }
    ///     })
    ///     .install();
    /// ```
    pub fn on_end(mut self, look: impl Fn(&mut EndedSpan<'_>) + 'static) -> Self {
        self.config.on_end = Some(Hook(Rc::new(look)));
        self
    }

    /// Switches telemetry on. Call it first thing, so that the page load is seen from its beginning.
    ///
    /// Where a setting cannot be used, says so on the console and leaves telemetry off. Where telemetry
    /// is on already, says so and changes nothing.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn install(self) -> Telemetry {
        if !cfg!(feature = "off") {
            match self.config.overridden_by(&meta) {
                Ok(config) if config.is_disabled => {}
                Ok(_) if export::is_installed() => {
                    diagnostics::warn_once("installed already; the first settings stay")
                }
                Ok(config) => start(config),
                Err(invalid) => diagnostics::warn_once(&invalid.0),
            }
        }
        Telemetry { _private: () }
    }

    /// For [`testing`](crate::testing), on a host too: everything but the export.
    #[cfg(feature = "testing")]
    pub(crate) fn install_unsent(self) {
        trace(&self.config);
    }
}

fn start(mut config: Config) {
    let own = std::mem::take(&mut config.resource);
    export::install(Destination {
        url: std::mem::take(&mut config.traces_url),
        resource: resource::attributes(&config.service_name, &own)
            .bytes()
            .to_vec(),
        headers: std::mem::take(&mut config.headers),
        compression: config.compression,
    });
    trace(&config);
}

/// All but the export.
fn trace(config: &Config) {
    let is_first = pipeline::with(|_| ()).is_none();
    let mut sampler = Sampler::with_ratio(config.sample_ratio);
    sampler.enter(&session::current_id());
    pipeline::install(sampler, QUEUE_CAPACITY);
    pipeline::with(|pipeline| pipeline.hook = config.on_end.clone());
    #[cfg(any(feature = "fetch", feature = "window-fetch"))]
    propagation::install(Propagation {
        allowed_origins: config.propagate_to.clone(),
        excluded: config.propagate_except.clone(),
        xray: config.propagate_xray,
    });
    opentelemetry::global::set_tracer_provider(TracerProvider::default());
    if cfg!(not(target_arch = "wasm32")) || !is_first {
        return;
    }
    #[cfg(feature = "window-fetch")]
    crate::instrument::window_fetch::install();
    action::install_paint();
    #[cfg(feature = "resource-timing")]
    crate::instrument::resource_timing::install();
    #[cfg(feature = "long-animation-frames")]
    crate::instrument::long_animation_frames::install();
    if let Some(window) = web_sys::window() {
        watch(&window);
    }
}

fn watch(window: &Window) {
    export::listen_for_exit(window);
    #[cfg(feature = "user-action")]
    action::listen_for_events(window);
    #[cfg(feature = "frustration")]
    crate::instrument::dead_click::install(window);
    #[cfg(feature = "navigation")]
    crate::instrument::navigation::install(window);
    #[cfg(feature = "errors")]
    crate::instrument::errors::install(window);
    #[cfg(feature = "document-load")]
    crate::instrument::document_load::install(window);
}

/// A worker has no document, and so no settings of its own.
pub(crate) fn meta(name: &str) -> Option<String> {
    let selector = ["meta[name='", name, "']"].concat();
    let element = js::call(&js::global("document"), "querySelector", &selector.into());
    js::get(&element, "content").as_string()
}
