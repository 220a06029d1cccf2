//! `cargo xtask size`: measures the bytes that telemetry adds to the download of a page.
//!
//! A size is that of WebAssembly and JavaScript together, optimized and compressed. otel-web adds the difference
//! between a page with it and the same page without it. It is measured with a minimal page without a framework, which
//! shares least code with it, the example pages with frameworks, and Cruddur's. Another SDK adds the difference between
//! its bundle, set up as in its README, and the same bundle without an SDK.

pub(crate) mod features;
mod pages;
mod report;
mod transfer_size;

use anyhow::Result;

use crate::setup::{self, Needs};
use crate::{bench_pages, parts, process, term};
use pages::Pages;
use report::Row;

/// The frameworks with hooks, and the packages of their example pages.
const FRAMEWORKS: [(&str, &str); 3] = [
    ("Yew", "example-yew"),
    ("Leptos", "example-leptos"),
    ("Dioxus", "example-dioxus"),
];

/// A part of the measurement.
struct Part {
    /// The argument that selects it.
    name: &'static str,
    heading: &'static str,
    measure: fn(&Pages<'_>) -> Result<Vec<Row>>,
}

const PARTS: [Part; 5] = [
    Part {
        name: "minimal",
        heading: "otel-web in a page without a framework",
        measure: minimal,
    },
    Part {
        name: "frameworks",
        heading: "otel-web with its hooks in pages with Yew, Leptos and Dioxus",
        measure: frameworks,
    },
    Part {
        name: "tracing",
        heading: "the crate tracing in a page with otel-web",
        measure: tracing,
    },
    Part {
        name: "peers",
        heading: "other SDKs",
        measure: peers,
    },
    Part {
        name: "cruddur",
        heading: "otel-web in Cruddur's page",
        measure: cruddur,
    },
];

/// Measures the parts that `names` selects, or all.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    let parts = selected(names)?;
    let wasm = setup::prepare(
        Needs::PAGE.and(Needs::OPTIMIZER).and(Needs::NODE),
        |_, _| Ok(()),
    )?;
    let pages = Pages::of(&wasm)?;
    let mut rows = Vec::new();
    for part in parts {
        print_heading(part.heading);
        rows.extend((part.measure)(&pages)?);
    }
    report::show(&rows)
}

fn selected(names: &[&str]) -> Result<Vec<&'static Part>> {
    parts::check(names, &PARTS.each_ref().map(|part| part.name))?;
    let is_selected = |part: &&Part| names.is_empty() || names.contains(&part.name);
    Ok(PARTS.iter().filter(is_selected).collect())
}

fn print_heading(text: &str) {
    process::print(&format!("{} {text}", term::bold("size")));
}

fn minimal(pages: &Pages<'_>) -> Result<Vec<Row>> {
    let plain = pages.probe("plain", "")?;
    let core = pages.probe("core", "core")?;
    let mut rows = vec![
        Row::new("none", "minimal page", plain),
        Row::new("otel-web", "core", core.beyond(plain)),
    ];
    let features = features::of_otel_web()?;
    for feature in &features {
        let with = pages.probe(feature, &format!("core,otel-web/{feature}"))?;
        rows.push(Row::new(
            "otel-web",
            &format!("+ {feature}"),
            with.beyond(core),
        ));
    }
    let all: Vec<String> = features
        .iter()
        .map(|name| format!("otel-web/{name}"))
        .collect();
    let everything = pages.probe("everything", &format!("core,{}", all.join(",")))?;
    rows.push(Row::new("otel-web", "everything", everything.beyond(plain)));
    Ok(rows)
}

/// Measures what otel-web with its default features, and the hooks for the framework, add to an example page.
fn frameworks(pages: &Pages<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, package) in FRAMEWORKS {
        let without = pages.example(package, "otel-web/off")?;
        let with = pages.example(package, "")?;
        rows.push(Row::new("none", &format!("{name} page"), without));
        let case = format!("default features, in a {name} page");
        rows.push(Row::new("otel-web", &case, with.beyond(without)));
    }
    Ok(rows)
}

/// Measures what each subscriber for the crate `tracing` adds to a page that uses all default features.
fn tracing(pages: &Pages<'_>) -> Result<Vec<Row>> {
    let without = pages.bench("")?;
    let added = |feature| {
        let with = pages.bench(feature)?;
        Ok(Row::new(
            "otel-web",
            &format!("+ {feature}"),
            with.beyond(without),
        ))
    };
    bench_pages::TRACING.into_iter().map(added).collect()
}

fn peers(_pages: &Pages<'_>) -> Result<Vec<Row>> {
    let peers = pages::peers()?;
    let rows = peers
        .iter()
        .map(|(name, added)| Row::new(name, "set up", *added));
    Ok(rows.collect())
}

fn cruddur(pages: &Pages<'_>) -> Result<Vec<Row>> {
    let without = pages.cruddur_without()?;
    let with = pages.cruddur()?;
    Ok(vec![
        Row::new("otel-web", "Cruddur's page, as a whole", with),
        Row::new("otel-web", "added to Cruddur's page", with.beyond(without)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_selected_by_name() {
        let names =
            |parts: Vec<&'static Part>| parts.iter().map(|part| part.name).collect::<Vec<_>>();
        assert_eq!(selected(&[]).map(names).unwrap().len(), PARTS.len());
        let two = selected(&["peers", "minimal"]).map(names).unwrap();
        assert_eq!(two, ["minimal", "peers"]);
        let error = selected(&["page"]).map(names).unwrap_err().to_string();
        assert!(
            error.contains("`page`") && error.contains("cruddur"),
            "{error}"
        );
    }
}
