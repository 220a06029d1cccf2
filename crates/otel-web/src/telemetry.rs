//! Installation.

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

/// How many spans wait at most to be exported. Beyond that, the oldest are dropped.
const MAX_QUEUED_SPANS: usize = 2048;

/// Telemetry of the page or worker. Start with [`Telemetry::builder`].
///
/// # Example: a page with its API on another origin
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
    /// Returns a builder for the telemetry of a service, by its `service.name`.
    pub fn builder(service_name: impl Into<Cow<'static, str>>) -> Builder {
        Builder {
            config: Config::new(service_name.into()),
        }
    }
}

/// Configures telemetry, and installs it. `<meta>` elements of the page override these settings:
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
    /// Sets the URL of the OTLP receiver. Spans are posted to `{endpoint}/v1/traces`.
    ///
    /// A path refers to the page's own origin. Default: the origin itself.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.config.endpoint = endpoint.into();
        self
    }

    /// Adds a header to each export request. Every visitor of the page can read it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the share of sessions to sample, from 0 to 1. All traces of a session are sampled or none.
    ///
    /// Errors are exported in any case, without the rest of their trace. Default: 1.
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.config.sample_ratio = ratio;
        self
    }

    /// Adds origins, e.g. `https://api.example.com`, whose servers continue the trace.
    ///
    /// Requests to the page's own origin always propagate it.
    pub fn propagate_to<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.config
            .propagate_to
            .extend(origins.into_iter().map(Into::into));
        self
    }

    /// Adds URLs to which the trace is not propagated, although their origin would receive it.
    ///
    /// A pattern is a path of the page's own origin or a complete URL, with `*` for any characters.
    /// Query and fragment of a request's URL are ignored.
    ///
    /// Use it for URLs that redirect to another origin. The browser forwards the propagation headers,
    /// asks the other origin in a CORS preflight whether it allows them, and fails the request if it
    /// does not. For single requests, use
    /// [`RequestBuilder::propagate`](crate::fetch::RequestBuilder::propagate).
    ///
    /// # Example: downloads that redirect to a storage service
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

    /// Sets whether requests with `traceparent` also get `X-Amzn-Trace-Id`, for AWS services that read
    /// nothing else. Default: false.
    pub fn propagate_xray(mut self, enabled: bool) -> Self {
        self.config.propagate_xray = enabled;
        self
    }

    /// Sets whether export requests are compressed with gzip.
    ///
    /// By default they are if the receiver is on the page's own origin, until it rejects a compressed
    /// request. Receivers on other origins must allow `Content-Encoding` in their CORS preflight, so
    /// compression is off for them unless it is enabled here.
    pub fn compression(mut self, enabled: bool) -> Self {
        self.config.compression = Some(enabled);
        self
    }

    /// Adds a resource attribute, e.g. `service.version` or `deployment.environment.name`.
    pub fn resource(mut self, attribute: KeyValue) -> Self {
        self.config.resource.push(attribute);
        self
    }

    /// Sets a function that is called with each ended span before it is queued.
    ///
    /// Use it to remove personal data from a span, or to discard the span. Spans that the function
    /// itself starts are not recorded.
    ///
    /// # Example: removing paths with user names
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
    pub fn on_end(mut self, hook: impl Fn(&mut EndedSpan<'_>) + 'static) -> Self {
        self.config.on_end = Some(Hook(Rc::new(hook)));
        self
    }

    /// Installs telemetry. Call it first in `main`, so that the page load is recorded completely.
    ///
    /// Prints a warning on the console and does nothing if a setting is invalid, or if telemetry is
    /// installed already.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn install(self) -> Telemetry {
        if !cfg!(feature = "off") {
            match self.config.with_page_settings(&meta) {
                Ok(config) if config.is_disabled => {}
                Ok(_) if export::is_installed() => diagnostics::warn_once(
                    "telemetry is already installed; ignoring the new settings",
                ),
                Ok(config) => start(config),
                Err(invalid) => diagnostics::warn_once(&invalid.0),
            }
        }
        Telemetry { _private: () }
    }

    /// Installs all parts but the export, for [`testing`](crate::testing). Works on hosts too.
    #[cfg(feature = "testing")]
    pub(crate) fn install_unsent(self) {
        install_without_export(&self.config);
    }
}

fn start(mut config: Config) {
    let custom = std::mem::take(&mut config.resource);
    export::install(Destination {
        url: std::mem::take(&mut config.traces_url),
        resource: resource::attributes(&config.service_name, &custom)
            .bytes()
            .to_vec(),
        headers: std::mem::take(&mut config.headers),
        compression: config.compression,
    });
    install_without_export(&config);
}

fn install_without_export(config: &Config) {
    let is_first = pipeline::with(|_| ()).is_none();
    let mut sampler = Sampler::with_ratio(config.sample_ratio);
    sampler.set_session(&session::current_id());
    pipeline::install(sampler, MAX_QUEUED_SPANS);
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
        install_listeners(&window);
    }
}

fn install_listeners(window: &Window) {
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

/// Returns the content of `<meta name="…">`. A worker has no document, so always `None` there.
pub(crate) fn meta(name: &str) -> Option<String> {
    let selector = ["meta[name='", name, "']"].concat();
    let element = js::call(&js::global("document"), "querySelector", &selector.into());
    js::get(&element, "content").as_string()
}
