//! Tests of the gateway from the outside: by HTTP, UDP, signals and files.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where by a panic"
)]

mod access;
mod api;
mod append;
#[cfg(target_os = "linux")]
mod bombs;
mod bounds;
mod clear;
mod clocks;
mod command;
mod compression;
mod conformance;
mod cors;
mod exporters;
mod exports;
mod faults;
mod files;
mod headers;
mod honeycomb;
mod import;
mod keys;
mod lenient;
mod logs;
mod otlp_http;
mod otlp_json;
mod outage;
mod oversized;
mod overviews;
mod readable;
mod refusals;
mod search;
mod sinks;
#[cfg(target_os = "linux")]
mod slow_clients;
mod store;
mod support;
mod symbols;
mod viewer;
mod xray;
