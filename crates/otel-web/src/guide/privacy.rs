//! Keeping private data in the page.
//!
//! # What is recorded
//!
//! | from | recorded | never recorded |
//! |---|---|---|
//! | an element that is clicked | accessible name, `id` | values of fields, selections, editable text |
//! | an element of a web vital | tag names, ids and classes | text |
//! | a URL | scheme, host, path, parameters | user name, password, values of secret parameters |
//! | an error | type, message, stack trace | |
//! | the browser | user agent, language, brands | |
//! | the user | a random session id | identity, position, form content |
//!
//! Texts from the page are truncated to 8 KiB.
//!
//! # Masks
//!
//! Inside an element with `data-otel-mask`, nothing but tag names is recorded. Use it for parts of the
//! page that show personal data:
//!
//! ```html
//! <section data-otel-mask>
//!   <a href="/users/ada">Ada Lovelace</a>
//! </section>
//! ```
//!
//! A click on the link is then named `click a`. Masks apply to everything that is rendered inside,
//! including shadow trees and slotted elements. They do not apply to URLs of requests, nor to what the
//! application records itself.
//!
//! # URLs
//!
//! `url.full` has `REDACTED` in place of the user name, the password, and the values of parameters such
//! as `token`, `password` or `code`. Paths are not redacted. If a path contains names or ids, give the
//! request a template, and remove the path in the hook:
//!
//! ```no_run
//! otel_web::Telemetry::builder("shop")
//!     .on_end(|span| {
//!         if span.text("url.template").is_some() {
//!             span.remove_attribute("url.full");
//!         }
//!     })
//!     .install();
//! ```
//!
//! # Errors
//!
//! Messages and stack traces may contain user input. The hook can remove the events of a span; the
//! status remains an error, but its description should be replaced as well. See
//! [`EndedSpan`](crate::EndedSpan) for an example.
//!
//! # Consent
//!
//! Before [`install`](crate::Builder::install), nothing is recorded, stored or sent. To wait for the
//! consent of the user, install telemetry when it is given:
//!
//! ```no_run
//! fn on_consent() {
//!     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
//! }
//! ```
//!
//! All other functions may be called earlier, and do nothing then. The span `documentLoad` ends after
//! `install`, so it includes the time until the consent.
//!
//! A server can decide as well, with `<meta name="otel-disabled" content="true">`.
//!
//! # Storage
//!
//! | key in `localStorage` | content | lifetime |
//! |---|---|---|
//! | `otel.session` | session id, times, latest trace id | 30 minutes without a trace, at most four hours |
//! | `otel.batch.*` | undelivered spans, compressed | until delivered, at most a day |
//! | `otel.lease.*` | when a page was last active | until its batches are delivered |
//!
//! `sessionStorage` has `otel.root`, the session's id and the latest root of the tab, and with the
//! feature `durable-queue` `otel.page`, a random id of the page. Without that feature, no batches and no
//! leases are stored.
