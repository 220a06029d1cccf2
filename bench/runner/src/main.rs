//! Measures otel-web and other SDKs in fresh browsers. `cargo xtask` builds the pages and starts it.

mod causality;
mod delivery;
mod page_load;
mod partners;
mod sdk;
mod soak;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
Usage: bench-runner <measurement> PAGES

  causality PAGES [--check]           whether spans of interleaved actions are in the right traces
  delivery PAGES [--runs N] [--sdk SDK] [--only PART-OF-A-CASE]
                                      which spans arrive when pages are left and receivers fail
  page FOLDER [--runs N]              how soon Cruddur's home page is shown on a slow processor
  partners PAGES SERVERS              whether servers of others continue the traces of a page
  sdk PAGES [--runs N] [--only SDK]   time and bytes of a span, time of the start
  soak PAGES [--actions N]            memory that a page retains after an hour of clicking

PAGES is a folder with one page for each SDK, FOLDER the built page of Cruddur, SERVERS the folder bench/partners.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["causality", pages, options @ ..] => causality::run(Path::new(pages), options).await,
        ["delivery", pages, options @ ..] => delivery::run(Path::new(pages), options).await,
        ["page", folder, options @ ..] => page_load::run(Path::new(folder), options).await,
        ["partners", pages, servers] => partners::run(Path::new(pages), Path::new(servers)).await,
        ["sdk", pages, options @ ..] => sdk::run(Path::new(pages), options).await,
        ["soak", pages, options @ ..] => soak::run(Path::new(pages), options).await,
        _ => bail!("{USAGE}"),
    }
}
