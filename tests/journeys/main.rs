//! Journeys: a person's way through Cruddur in a real browser, over the real back end and gateway,
//! each held against the traces the gateway stored.
//!
//! A journey ends with the list of its actions: the store then holds one trace for each, in that order, and nothing else.
//!
//! `cargo xtask test journeys` builds what they need and runs them. By hand: `CRUDDUR_DIST` (the built page),
//! `OTEL_WEB_GATEWAY_VIEWER_DIR`, `CRUDDUR_BACKEND_BIN`, `CRUDDUR_GATEWAY_BIN`, `CHROME` and `CHROMEDRIVER` say
//! what to use; without them it is what `trunk build` and `cargo build` leave in `target/`. A journey that fails
//! prints its traces and keeps its logs, databases and a picture of the page under `target/tmp/`.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod bad_input;
mod feeds;
mod hidden_viewer;
mod honeycomb;
mod interleaving;
mod keys;
mod lean_answers;
mod leaving;
mod live_viewer;
mod lost_answers;
mod odd_text;
mod outages;
mod posting;
mod search;
mod sinks;
mod steps;
mod viewer;
