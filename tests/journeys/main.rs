//! Journeys: end-to-end tests in a real browser, with the real back end and gateway.
//!
//! A journey ends with a list of its user actions. The gateway must have stored exactly one trace for each of them,
//! in that order, and no others.
//!
//! `cargo xtask test journeys` builds the programs and runs the journeys. To run them without xtask, set `CRUDDUR_DIST`
//! (the built page), `CRUDDUR_PANIC_PAGE` (the optimized page that panics, which has no default), `OTEL_WEB_GATEWAY_VIEWER_DIR`, `CRUDDUR_BACKEND_BIN`, `CRUDDUR_GATEWAY_BIN`, `CHROME` and
//! `CHROMEDRIVER`. The defaults are the outputs of
//! `trunk build --features viewer-links` and `cargo build` in `target/`. axe-core is installed by
//! `npm ci` in `tests/axe`; `CRUDDUR_TEST_NODE_MODULES` names another folder.
//!
//! A failing journey prints its traces, and keeps its logs, its databases and a screenshot in `target/tmp/`.

mod accessibility;
mod accounts;
mod actions;
mod coverage;
mod data;
mod dropped_responses;
mod examples;
mod expiry;
mod feeds;
mod focus;
mod hidden_viewer;
mod honeycomb;
mod interleaving;
mod keys;
mod live_viewer;
mod long_feeds;
mod media;
mod messages;
mod original_back_end;
mod outages;
mod overviews;
mod page_exit;
mod panics;
mod posting;
mod registration;
mod retries;
mod return_to;
mod search;
mod sinks;
mod start;
mod steps;
mod support;
mod themes;
mod unusual_text;
mod validation;
mod viewer;
