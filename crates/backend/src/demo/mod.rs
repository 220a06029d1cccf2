//! Demo data: what a new database holds, so that the first visit finds people talking.
//!
//! The accounts are made only where there is no account yet, and the cruds whenever none of theirs
//! is left: they are dated relative to now, and expire like all others.

mod accounts;
mod cruds;
mod plant;

pub use plant::plant;
