//! Cruddur's HTTP API.
//!
//! A request passes through three layers. Each layer uses only the ones below it:
//!
//! 1. `routes` extracts the input (path, query, body, session) and builds the response;
//! 2. `services` implements each operation, in a span of its own;
//! 3. `store` holds every SQL statement, each executed in a CLIENT span.
//!
//! [`telemetry`] wraps all of them: it opens the SERVER span, continues the caller's `traceparent`,
//! and provides the spans of the other layers. Every failure is an [`Error`], which converts to a
//! response.
//!
//! [`app()`] builds the router without a socket, so tests drive the same router as `main`. Routes,
//! shapes and codes are documented in `API.md`.

mod app;
mod cli;
mod client_address;
mod clock;
pub mod config;
mod cookies;
pub mod demo;
mod email_code;
mod error;
mod extract;
mod idempotency;
pub mod mail;
mod mail_limits;
mod networks;
pub mod oidc;
mod openapi;
mod origin;
pub mod page;
mod password;
mod request_id;
mod response_headers;
mod routes;
pub mod security;
mod serve;
mod services;
mod sign_in_limits;
mod state;
pub mod store;
mod switch;
pub mod telemetry;
mod text;
mod user_agent;

pub use app::{app, app_with_page};
pub use cli::Cli;
pub use error::Error;
pub use serve::serve;
pub use services::live::LiveLimits;
pub use state::AppState;

/// Encodes bytes as lowercase hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
