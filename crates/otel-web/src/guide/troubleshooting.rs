//! Finding out why something is missing.
//!
//! # No spans arrive
//!
//! Check the browser's console first. The crate writes one message, starting with `otel-web:`, for an
//! invalid setting, a rejected batch, and a response that is not OTLP. Then check the request to
//! `/v1/traces` in the network panel:
//!
//! | observation | cause |
//! |---|---|
//! | no request, no message | `install` was not called, the feature `off` is enabled, the page has `otel-disabled`, or the session is not sampled |
//! | status 404 or 405 | The endpoint has no receiver: check the proxy |
//! | status 200 with HTML | The server responds with the application's page to unknown paths |
//! | a failed preflight | The receiver does not allow the page's origin or one of the headers |
//! | status 401 or 403 | A key is missing; see [`Builder::header`](crate::Builder::header) |
//! | blocked by the browser | A content blocker, or a content security policy without the origin in `connect-src` |
//!
//! # The spans of the server are in another trace
//!
//! The request has no `traceparent`. Its origin is not listed in
//! [`Builder::propagate_to`](crate::Builder::propagate_to), or the request is made by another crate, such
//! as reqwest, or by JavaScript, without the feature `window-fetch`. If the header is sent, the server does not read it.
//!
//! # A request is a trace of its own
//!
//! It was started without a context: in a future that was spawned with
//! `wasm_bindgen_futures::spawn_local`, in a callback, or in an effect. See
//! [`futures`](super::futures) and [`frameworks`](super::frameworks).
//!
//! # An action ends with `timeout`
//!
//! Its context is stored somewhere that outlives the work: in a static, in the state of a component, in
//! a callback that is never called, or in a future that never ends. See
//! [`actions`](super::actions#one-action-or-several).
//!
//! # An action ends too early
//!
//! Nothing of it was left to do. Work that starts later has to own the context in between. For instance,
//! a callback has to [read it](crate::current) when it is registered and not when it is called.
//!
//! # Two roots for one click
//!
//! Two instances of the crate are on the page, and each starts a root. Use one, or disable the feature
//! `user-action` in the other.
//!
//! # Spans arrive twice
//!
//! A batch was sent when a page was closed, and again by the next page, because no page had read the
//! response. The copies have the same span ids, so the receiver can drop them. See
//! [`receivers`](super::receivers).
//!
//! # Stack traces have no function names
//!
//! The release build has no name section. Keep it with `strip = "none"` in the profile, and with `-g` if
//! `wasm-opt` processes the module.
//!
//! # Times differ from those of the server
//!
//! Spans of a page use the clock of the user's machine, which may be off by minutes. Durations are exact:
//! all spans of a trace use the monotonic clock. `clock.drift` on a root says that the machine has slept,
//! or that its clock was corrected.
//!
//! # Nothing is recorded in a native test
//!
//! Most of the crate needs a browser. Natively, spans of the [`Tracer`](crate::Tracer) are recorded if the
//! test has created a recorder of the module `testing`. Actions, requests and automatic
//! instrumentations need `wasm_bindgen_test`.
