//! Sending spans to a collector or a vendor.
//!
//! # The page's own origin
//!
//! The recommended receiver is a path of the page's own origin, which a proxy forwards. It needs no
//! CORS, allows compression and `keepalive`, and keeps keys out of the page.
//!
//! ```no_run
//! otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
//! ```
//!
//! For a development server of trunk, forward exactly the path of the export requests:
//!
//! ```toml
//! [[proxy]]
//! backend = "http://127.0.0.1:4318/v1/traces"
//! rewrite = "/otlp/v1/traces"
//! ```
//!
//! With nginx:
//!
//! ```text
//! location = /otlp/v1/traces {
//!     proxy_pass http://127.0.0.1:4318/v1/traces;
//! }
//! ```
//!
//! # Another origin
//!
//! A receiver of another origin has to respond to the CORS preflight of a `POST` with the header
//! `content-type` and all headers of [`Builder::header`](crate::Builder::header). In the configuration
//! of the OpenTelemetry Collector:
//!
//! ```yaml
//! receivers:
//!   otlp:
//!     protocols:
//!       http:
//!         endpoint: 0.0.0.0:4318
//!         cors:
//!           allowed_origins: ["https://shop.example.com"]
//!           allowed_headers: ["*"]
//! ```
//!
//! Requests to another origin are not compressed by default. If the receiver allows the header
//! `Content-Encoding` in its preflight, enable it with
//! [`Builder::compression`](crate::Builder::compression).
//!
//! A page with a content security policy needs the receiver's origin in `connect-src`.
//!
//! # One build for several environments
//!
//! Leave the endpoint to the page. The server that delivers `index.html` writes the element, so staging
//! and production share the build:
//!
//! ```html
//! <meta name="otel-endpoint" content="https://collector.staging.example.com" />
//! <meta name="otel-resource-attributes" content="deployment.environment.name=staging" />
//! ```
//!
//! # Responses
//!
//! | status of the response | what the exporter does |
//! |---|---|
//! | 200 to 299 with an OTLP body or none | The batch is delivered. Spans that `partialSuccess` rejects are counted |
//! | 413 | Splits the batch into two |
//! | 429, 502, 503, 504, or no response | Retries. Obeys `Retry-After`, else waits up to a minute |
//! | 200 to 299 with another body, or a redirect | Retries, and writes one message to the console |
//! | any other | Drops the batch, counts its spans, and writes one message to the console |
//!
//! An exception is 400 or 415 in response to the first compressed request: the batch is sent again
//! without compression, and so are all further batches.
//!
//! # Limits
//!
//! | what | limit | beyond it |
//! |---|---|---|
//! | spans in memory that are not part of a batch | 2,048 | The oldest without an error are dropped |
//! | attributes, events or links of a span | 128 each | Further ones are dropped |
//! | undelivered batches in `localStorage` | 5 MiB as browsers count | The oldest without an error are dropped |
//! | age of an undelivered batch | one day | It is dropped |
//!
//! Dropped spans are counted in attributes of the resource of the next batch, such as
//! `otel.sdk.span.dropped.queue_full`. Dropped attributes, events and links are counted on their span.
