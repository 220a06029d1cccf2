//! The entry point: [`Telemetry`] and its [`Builder`].

use std::borrow::Cow;
use std::rc::Rc;

use opentelemetry::KeyValue;
use web_sys::Window;

#[cfg(feature = "user-action")]
use crate::action::dom_events;
use crate::browser::diagnostics;
use crate::browser::page::meta;
use crate::causality::paint;
use crate::config::Config;
use crate::core::sampler::Sampler;
use crate::export::destination::Destination;
use crate::export::schedule;
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
use crate::http::headers::{self, Propagation};
use crate::instrument;
use crate::lifecycle;
#[cfg(feature = "root-observer")]
use crate::trace::ended_root::{EndedRoot, RootObserver};
use crate::trace::ended_span::{EndedSpan, Hook};
use crate::trace::hooks::{self, Hooks};
use crate::trace::provider::TracerProvider;
use crate::trace::{pipeline, resource, session};

/// The maximum number of spans in memory that are not part of a batch yet. Beyond it the oldest
/// without an error are dropped and counted.
const MAX_QUEUED_SPANS: usize = 2048;

/// Installs telemetry. Start with [`Telemetry::builder`].
///
/// The value that [`install`](Builder::install) returns may be dropped: telemetry lasts as long as the
/// page. Pages that use [`opentelemetry::global::tracer`] call [`set_global`](Self::set_global).
///
/// # Examples
///
/// ## A page that sends to its own origin
///
/// ```no_run
/// otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
/// ```
///
/// ## A page whose API and collector have other origins
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
    /// Creates a builder for the telemetry of the service `service_name`.
    ///
    /// The name becomes the resource attribute `service.name`. A page and its back end usually have
    /// different names, such as `shop-web` and `shop-api`.
    pub fn builder(service_name: impl Into<Cow<'static, str>>) -> Builder {
        Builder {
            config: Config::new(service_name.into()),
        }
    }

    /// Sets the global tracer provider, so that [`opentelemetry::global::tracer`] works.
    ///
    /// It is a call of its own because pages that use only actions and requests need not download the
    /// code of the global provider. Without telemetry it does nothing.
    ///
    /// # Examples
    ///
    /// ## A page with spans of its own
    ///
    /// ```no_run
    /// otel_web::Telemetry::builder("shop").endpoint("/otlp").install().set_global();
    /// ```
    pub fn set_global(self) {
        if pipeline::with(|_| ()).is_some() {
            opentelemetry::global::set_tracer_provider(TracerProvider::default());
        }
    }
}

/// Configures telemetry. Created by [`Telemetry::builder`], and finished by
/// [`install`](Builder::install).
///
/// # Settings of the page
///
/// Each setting can be overridden by a `<meta>` element of the page, so that one build serves several
/// environments. A list replaces the list of the builder; resource attributes are added to those of
/// the builder.
///
/// | `<meta name="…">` | `content="…"` | overrides |
/// |---|---|---|
/// | `otel-service-name` | `shop` | [`Telemetry::builder`] |
/// | `otel-endpoint` | `/otlp`, or `https://api.honeycomb.io` | [`endpoint`](Self::endpoint) |
/// | `otel-headers` | `x-honeycomb-team=…,other=…` | [`header`](Self::header) |
/// | `otel-sample-ratio` | `0.25` | [`sample_ratio`](Self::sample_ratio) |
/// | `otel-resource-attributes` | `deployment.environment.name=staging,service.version=1.2` | [`resource`](Self::resource) |
/// | `otel-propagate-to` | `https://api.example.com,https://img.example.com` | [`propagate_to`](Self::propagate_to) |
/// | `otel-propagate-except` | `/files/*,https://api.example.com/*/download` | [`propagate_except`](Self::propagate_except) |
/// | `otel-propagate-xray` | `true` or `false` | [`propagate_xray`](Self::propagate_xray) |
/// | `otel-compression` | `gzip` or `none` | [`compression`](Self::compression) |
/// | `otel-disabled` | `true`: no telemetry on this page | |
///
/// # Examples
///
/// ## A page that configures a generic build
///
/// ```html
/// <meta name="otel-endpoint" content="https://collector.example.com" />
/// <meta name="otel-resource-attributes" content="deployment.environment.name=staging" />
/// ```
///
/// ```no_run
/// otel_web::Telemetry::builder("shop").install();
/// ```
#[derive(Clone, Debug)]
#[must_use = "telemetry starts with `.install()`"]
pub struct Builder {
    config: Config,
}

impl Builder {
    /// Sets the base URL of the receiver. Spans are posted to `{endpoint}/v1/traces`.
    ///
    /// A path such as `/otlp` refers to the page's own origin, which needs no CORS and is the
    /// recommended setup: a proxy or the gateway behind it adds keys that must not be in the page. The
    /// default is the empty path, that is, `/v1/traces`. Trailing slashes are ignored.
    ///
    /// A receiver of another origin has to allow `content-type` and all [headers](Self::header) in its
    /// CORS preflight.
    ///
    /// The response has to be OTLP: a 2xx status with protobuf, JSON or an empty body. The HTML page
    /// that single-page applications serve for unknown paths does not count as a delivery.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.config.endpoint = endpoint.into();
        self
    }

    /// Adds a header to each export request.
    ///
    /// Everyone who can open the page can read the value. Use only keys that permit sending data, or
    /// send to your own origin and let a collector add the key.
    ///
    /// # Examples
    ///
    /// ## A vendor without a collector
    ///
    /// ```no_run
    /// otel_web::Telemetry::builder("shop")
    ///     .endpoint("https://api.honeycomb.io")
    ///     .header("x-honeycomb-team", "an ingest key")
    ///     .install();
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the share of sessions to sample, from 0 to 1. Default: 1.
    ///
    /// The decision is made once for each session, that is, for each visit: either all traces of a
    /// visit are recorded or none, so the trace before an error is there, too. Errors in sessions that
    /// are not sampled are exported as root spans without the rest of their trace.
    ///
    /// Servers follow the decision through the `sampled` flag of `traceparent`, and samplers behind
    /// this one through `tracestate` (`ot=rv:…;th:…`).
    ///
    /// A value outside the range is an invalid setting, see [`install`](Self::install).
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.config.sample_ratio = ratio;
        self
    }

    /// Adds origins whose servers continue the trace. Requests to the page's own origin always carry
    /// it.
    ///
    /// Each origin has the form `https://api.example.com`, with a port if it is not the default, and
    /// without a path or wildcards. Its server must allow `traceparent` and `tracestate` in its CORS
    /// preflight, otherwise the browser fails the request.
    ///
    /// To exclude single URLs of these origins, use [`propagate_except`](Self::propagate_except).
    pub fn propagate_to<O: Into<String>>(mut self, origins: impl IntoIterator<Item = O>) -> Self {
        self.config
            .propagate_to
            .extend(origins.into_iter().map(Into::into));
        self
    }

    /// Adds URL patterns whose servers do not continue the trace, although their origin is the page's
    /// own or one of [`propagate_to`](Self::propagate_to).
    ///
    /// A pattern is a path of the page's own origin or a whole URL, where `*` stands for any
    /// characters. It is compared with the URL without query and fragment.
    ///
    /// Use it for URLs that redirect to another origin, such as downloads from a bucket. The browser
    /// sends the trace's headers there, too, after a CORS preflight, and fails the request if that
    /// origin does not allow them. For a single request, use
    /// [`RequestBuilder::propagate`](crate::fetch::RequestBuilder::propagate).
    ///
    /// # Examples
    ///
    /// ## Downloads that redirect
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

    /// Sets whether requests that carry `traceparent` also carry `X-Amzn-Trace-Id`. Default: `false`.
    ///
    /// Load balancers and gateways of AWS read no other header. Trace ids of this crate start with the
    /// current time, as X-Ray requires.
    pub fn propagate_xray(mut self, enabled: bool) -> Self {
        self.config.propagate_xray = enabled;
        self
    }

    /// Sets whether export requests are compressed with gzip.
    ///
    /// By default, requests to the page's own origin are compressed. If the receiver rejects the first
    /// one, the exporter continues without compression. Requests to other origins are not compressed,
    /// because a receiver that does not allow `Content-Encoding` in its CORS preflight would fail all
    /// of them, and the page could not tell this from a broken network.
    ///
    /// Without the feature `gzip`, nothing is compressed.
    pub fn compression(mut self, enabled: bool) -> Self {
        self.config.compression = Some(enabled);
        self
    }

    /// Adds an attribute to the resource, which describes the service that sends the spans.
    ///
    /// The crate itself sets `service.name`, `telemetry.sdk.*`, `user_agent.original` and `browser.*`.
    /// An attribute with the same key replaces them.
    ///
    /// # Examples
    ///
    /// ## Version and environment
    ///
    /// ```no_run
    /// use otel_web::{KeyValue, Telemetry};
    ///
    /// Telemetry::builder("shop")
    ///     .resource(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
    ///     .resource(KeyValue::new("deployment.environment.name", "staging"))
    ///     .install();
    /// ```
    pub fn resource(mut self, attribute: KeyValue) -> Self {
        self.config.resource.push(attribute);
        self
    }

    /// Sets a hook that sees each span after it has ended and before it is queued.
    ///
    /// The hook can change what must not leave the page, or [discard](EndedSpan::discard) the span. It
    /// runs on the main thread for each span, so it should be short. Spans that the hook itself starts
    /// or ends are not recorded. A second call replaces the first hook.
    ///
    /// To reduce the number of spans, prefer [`sample_ratio`](Self::sample_ratio): discarding single
    /// spans leaves incomplete traces.
    ///
    /// # Examples
    ///
    /// ## Removing a path with personal data
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

    /// Sets an observer, which is called with each ended root span after it was queued.
    ///
    /// Use it to show users or developers the traces of their own actions, for instance with links to a
    /// viewer. It gets roots only, in the order in which they are queued, some 30 ms after their end. At
    /// that time [`on_end`](Self::on_end) has seen the span; roots that it discards, and those of sessions
    /// that are not sampled, are not observed.
    ///
    /// The observer runs in a microtask of its own and outside of any trace, so it may render and start
    /// spans. Actions that it starts are roots again: do not start one for each. A second call replaces
    /// the first observer.
    ///
    /// # Examples
    ///
    /// ## A list of the last traces
    ///
    /// ```no_run
    /// # fn show(_: String) {}
    /// otel_web::Telemetry::builder("shop")
    ///     .on_root_end(|root| {
    ///         let trace_id = root.span_context().trace_id();
    ///         let ms = root.duration().as_millis();
    ///         show(format!("{}: {ms} ms, /trace/{trace_id}", root.name()));
    ///     })
    ///     .install();
    /// ```
    #[cfg(feature = "root-observer")]
    pub fn on_root_end(mut self, observer: impl Fn(&EndedRoot) + 'static) -> Self {
        self.config.on_root_end = Some(RootObserver(Rc::new(observer)));
        self
    }

    /// Installs telemetry for this page.
    ///
    /// Call it first in `main`, so that the page load is recorded from its beginning. It
    ///
    /// - starts the automatic instrumentations of the enabled features;
    /// - sends batches that earlier pages of the origin have stored and not delivered.
    ///
    /// To start spans with [`opentelemetry::global::tracer`], call [`Telemetry::set_global`] then.
    ///
    /// It never fails and never panics: a page must work without its telemetry. Instead it writes a
    /// warning to the console and leaves telemetry off if
    ///
    /// - a setting of the builder or the page is invalid;
    /// - telemetry is already installed. The first settings remain in effect.
    ///
    /// With `otel-disabled` or the feature `off`, it does nothing.
    ///
    /// # Examples
    ///
    /// ## The first line of `main`
    ///
    /// ```no_run
    /// # fn render() {}
    /// # fn run() {
    /// otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
    /// render();
    /// # }
    /// ```
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn install(mut self) -> Telemetry {
        if !cfg!(feature = "off") {
            match self.config.add_page_settings(&meta) {
                Ok(()) if self.config.is_disabled => {}
                Ok(()) if schedule::is_installed() => diagnostics::warn_once(
                    "telemetry is already installed; these settings are ignored",
                ),
                Ok(()) => start(&mut self.config),
                Err(invalid) => diagnostics::warn_once(&invalid.0),
            }
        }
        Telemetry { _private: () }
    }

    /// Installs everything except the export, in a browser or natively. For
    /// [`testing`](crate::testing).
    #[cfg(feature = "testing")]
    pub(crate) fn install_without_export(self) {
        start_tracing(&self.config);
        Telemetry { _private: () }.set_global();
    }
}

/// What each notification of a lower layer does. A recorder's hook stays.
fn hooks() -> Hooks {
    let mut hooks = hooks::get();
    hooks.on_span_ended = schedule::span_ended;
    hooks.on_released = paint::end_after_next_frame;
    hooks.before_build = instrument::observe_now;
    #[cfg(feature = "web-vitals")]
    {
        hooks.on_load_painted = instrument::web_vitals::painted;
    }
    #[cfg(feature = "frustration")]
    {
        hooks.before_end = instrument::frustration::mark_error_click;
        hooks.on_action_opened = instrument::frustration::record_click;
    }
    hooks
}

/// Installs the export and everything else.
fn start(config: &mut Config) {
    let own = std::mem::take(&mut config.resource);
    schedule::install(Destination {
        url: std::mem::take(&mut config.traces_url),
        resource: resource::attributes(&config.service_name, &own)
            .bytes()
            .to_vec(),
        headers: std::mem::take(&mut config.headers),
        compression: config.compression,
    });
    start_tracing(config);
}

/// Installs the pipeline and the instrumentations.
fn start_tracing(config: &Config) {
    let is_first = pipeline::with(|_| ()).is_none();
    hooks::install(hooks());
    let mut sampler = Sampler::with_ratio(config.sample_ratio);
    sampler.set_session(&session::current_id());
    pipeline::install(sampler, MAX_QUEUED_SPANS);
    pipeline::with(|pipeline| {
        pipeline.hook = config.on_end.clone();
        #[cfg(feature = "root-observer")]
        {
            pipeline.root_observer = config.on_root_end.clone();
        }
    });
    #[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
    headers::install(Propagation {
        allowed_origins: config.propagate_to.clone(),
        excluded: config.propagate_except.clone(),
        xray: config.propagate_xray,
    });
    if cfg!(not(target_arch = "wasm32")) || !is_first {
        return;
    }
    #[cfg(feature = "window-fetch")]
    crate::http::window_fetch::install();
    #[cfg(feature = "xhr")]
    crate::http::xhr::install();
    paint::install();
    #[cfg(any(
        feature = "document-load",
        feature = "long-animation-frames",
        feature = "resource-timing"
    ))]
    instrument::entries::install();
    if let Some(window) = web_sys::window() {
        listen_to_window(&window);
    }
}

/// Starts the instrumentations that a worker cannot have.
fn listen_to_window(window: &Window) {
    lifecycle::install(window);
    #[cfg(feature = "user-action")]
    dom_events::install(window);
    #[cfg(feature = "navigation")]
    instrument::navigation::install(window);
    #[cfg(feature = "errors")]
    instrument::errors::install(window);
    #[cfg(feature = "document-load")]
    instrument::document_load::install(window);
}
