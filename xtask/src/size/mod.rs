//! `cargo xtask size`: measures the bytes that telemetry adds to the download of a page.
//!
//! A size is that of WebAssembly and JavaScript together, optimized and compressed. otel-web adds the difference
//! between a page with it and the same page without it. It is measured with a minimal page without a framework, which
//! shares least code with it, a minimal Yew page, and Cruddur's. Another SDK adds the difference between its bundle, set
//! up as in its README, and the same bundle without an SDK.

pub(crate) mod features;
mod pages;
mod report;
mod transfer_size;

use anyhow::Result;

use crate::setup::{self, Needs};
use crate::{bench_pages, process, term};
use pages::Pages;
use report::Row;

pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(
        Needs::PAGE.and(Needs::OPTIMIZER).and(Needs::NODE),
        |_, _| Ok(()),
    )?;
    let pages = Pages::of(&wasm)?;
    let mut rows = Vec::new();
    print_heading("otel-web in a page without a framework");
    rows.extend(minimal(&pages)?);
    print_heading("otel-web in a Yew page");
    rows.extend(yew(&pages)?);
    print_heading("the crate tracing in a page with otel-web");
    rows.extend(tracing(&pages)?);
    print_heading("other SDKs");
    rows.extend(peers()?);
    print_heading("otel-web in Cruddur's page");
    rows.extend(cruddur(&pages)?);
    report::show(&rows)
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

fn yew(pages: &Pages<'_>) -> Result<Vec<Row>> {
    let without = pages.yew("otel-web/off")?;
    let with = pages.yew("")?;
    Ok(vec![
        Row::new("none", "minimal Yew page", without),
        Row::new(
            "otel-web",
            "default features, in a Yew page",
            with.beyond(without),
        ),
    ])
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

fn peers() -> Result<Vec<Row>> {
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
