//! Demo data, so that the first visit does not find an empty page.
//!
//! The accounts are inserted only into a database without accounts. Their cruds are inserted whenever
//! all of them have expired: they are dated relative to the current time, and expire like others.

mod accounts;
mod cruds;
mod seed;

pub use seed::seed;
