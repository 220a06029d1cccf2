//! The `cruddur-backend` program: reads its configuration, listens, and leaves nothing unsent.

use anyhow::Context;
use cruddur_backend::{config::Config, serve, telemetry::Telemetry};

fn main() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    // The exporter's thread must start outside the runtime, and stop after it.
    let telemetry = Telemetry::install()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
    let served = runtime.block_on(serve(config));
    telemetry.shutdown();
    served
}
