//! `cargo xtask size`: what telemetry adds to a page, in bytes that a visitor downloads.
//!
//! WebAssembly and JavaScript together, optimised and compressed. A page is weighed with otel-web and without it, and
//! the difference is what otel-web adds: to a minimal page without a framework, which shares least with it, to a
//! minimal Yew page, and to Cruddur's. The peers are their bundles, set up as their READMEs do it, less the same
//! bundle without an SDK.

pub(crate) mod features;
mod pages;
mod report;
mod weigh;

use anyhow::Result;

use crate::setup::{self, Needs};
use crate::{process, term};
use pages::Pages;
use report::Row;

pub(crate) fn run() -> Result<()> {
    let wasm = setup::prepare(
        Needs::PAGE.and(Needs::OPTIMIZER).and(Needs::NODE),
        |_, _| Ok(()),
    )?;
    let pages = Pages::of(&wasm)?;
    let mut rows = Vec::new();
    say("otel-web in a page without a framework");
    rows.extend(minimal(&pages)?);
    say("otel-web in a Yew page");
    rows.extend(yew(&pages)?);
    say("other SDKs");
    rows.extend(peers()?);
    say("otel-web in Cruddur's page");
    rows.extend(cruddur(&pages)?);
    report::show(&rows)
}

fn say(what: &str) {
    process::say(&format!("{} {what}", term::bold("size")));
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
