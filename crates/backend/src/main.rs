//! The `cruddur-backend` program: reads its configuration, listens, and leaves nothing unsent.

use anyhow::{Context, bail};
use cruddur_backend::{config::Config, serve, telemetry::Telemetry};

const HELP: &str = include_str!("help.txt");

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => run(),
        Some("-h" | "--help") => {
            print!("{HELP}");
            Ok(())
        }
        Some(unknown) => bail!("unknown argument `{unknown}`: see --help"),
    }
}

fn run() -> anyhow::Result<()> {
    // First: the exporter's headers may hold a vendor's key.
    hardening::protect_memory().context("cannot keep other programs from reading this one")?;
    let config = Config::from_env()?;
    // The exporter's thread must start outside the runtime, and stop after it.
    let telemetry = Telemetry::install()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
    let served = runtime.block_on(serve(config));
    telemetry.shutdown();
    served
}
