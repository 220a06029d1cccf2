//! The guide: how to solve common tasks. It contains no code of its own.
//!
//! | to do | read |
//! |---|---|
//! | send spans to a collector or a vendor | [`receivers`] |
//! | name actions, and decide what is one | [`actions`] |
//! | keep the trace in asynchronous code and callbacks | [`futures`] |
//! | use the crate with a framework | [`frameworks`] |
//! | continue the trace in servers | [`servers`] |
//! | keep private data in the page | [`privacy`] |
//! | find out why something is missing | [`troubleshooting`] |

pub mod actions;
pub mod frameworks;
pub mod futures;
pub mod privacy;
pub mod receivers;
pub mod servers;
pub mod troubleshooting;
