//! Journeys: a person's way through Cruddur in a real browser, over the real back end and gateway,
//! each held against the traces the gateway stored.

#[path = "../support/mod.rs"]
mod support;
