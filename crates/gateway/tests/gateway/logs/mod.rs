//! Log records: accepted as spans are, stored, listed and forwarded.

mod api;
mod hostile;
mod retention;
mod sinks;
mod store;
