//! Which packages of the workspace are compiled for this machine.

use std::iter;

/// The fuzz targets. Compiling them takes a C++ compiler.
pub(crate) const FUZZ: &str = "otel-web-gateway-fuzz";

/// The packages with Leptos and Dioxus. Both frameworks have 190 dependencies that nothing else on this machine needs,
/// so these packages are linted, documented and tested for the browser only.
const BROWSER_ONLY: [&str; 6] = [
    "causality-dioxus",
    "causality-leptos",
    "example-dioxus",
    "example-leptos",
    "otel-web-dioxus",
    "otel-web-leptos",
];

/// Returns cargo's arguments that select the packages for this machine.
///
/// Every command that compiles for this machine selects the same packages, even if it needs only one. With others,
/// dependencies would have other features, and cargo would compile them again.
pub(crate) fn of_this_machine() -> Vec<&'static str> {
    [with_fuzz_targets(), vec!["--exclude", FUZZ]].concat()
}

/// Returns the same with the fuzz targets, for checks that do not link them.
pub(crate) fn with_fuzz_targets() -> Vec<&'static str> {
    let excluded = BROWSER_ONLY
        .iter()
        .flat_map(|package| ["--exclude", package]);
    iter::once("--workspace").chain(excluded).collect()
}

/// Returns whether a package is compiled for the browser only.
pub(crate) fn is_browser_only(package: &str) -> bool {
    BROWSER_ONLY.contains(&package)
}
