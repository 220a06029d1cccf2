//! Parts of the measurements: a fresh browser, a server for its pages, a collector, a report.
//!
//! A measurement starts a [`chromium::Chromium`], opens an SDK's [`page::Page`] from a [`server::Server`], runs it,
//! reads the spans from the [`collector::Collector`], and writes a [`report`].

pub mod builds;
pub mod cdp;
pub mod chromium;
pub mod collector;
pub mod otlp;
pub mod page;
pub mod proc;
pub mod program;
pub mod report;
pub mod server;
pub mod service;

use std::path::{Path, PathBuf};

/// Returns the folder of generated files.
#[must_use]
pub fn target() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).join("target")
}
