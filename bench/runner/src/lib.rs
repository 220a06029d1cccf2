//! The parts of every measurement: a fresh browser, a server for its pages, a collector that can misbehave, a report.
//!
//! A measurement takes a [`chromium::Chromium`], opens an SDK's [`page::Page`] from a [`server::Server`],
//! lets it work, and looks at what its [`collector::Collector`] got. What comes out is a [`report`].

pub mod builds;
pub mod cdp;
pub mod chromium;
pub mod collector;
pub mod otlp;
pub mod page;
pub mod program;
pub mod report;
pub mod server;

use std::path::{Path, PathBuf};

/// Where everything goes that is generated.
#[must_use]
pub fn target() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).join("target")
}
