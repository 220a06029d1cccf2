//! Cruddur's HTTP API.
//!
//! A request passes through four rooms, each of which knows only the next:
//!
//! 1. [`telemetry`] opens the SERVER span, continuing the caller's `traceparent`;
//! 2. `routes` reads the request: path, query, body, session;
//! 3. `services` does what was asked, each operation in a span of its own;
//! 4. `store` holds every SQL statement, each run in a CLIENT span.
//!
//! What goes wrong comes back as one [`Error`], which knows its answer. [`app`] puts the rooms
//! together without a socket, so tests drive the same router as `main`. The addresses, shapes and
//! codes are written down in `API.md`.

mod app;
mod client_address;
mod clock;
pub mod config;
mod cookies;
pub mod demo;
mod error;
mod extract;
mod idempotency;
mod origin;
mod password;
mod response_headers;
mod routes;
pub mod security;
mod serve;
mod services;
mod sign_in_limits;
mod state;
pub mod store;
pub mod telemetry;
mod text;

pub use app::app;
pub use error::Error;
pub use serve::serve;
pub use state::AppState;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
