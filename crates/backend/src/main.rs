//! The `cruddur-backend` program.

use std::{env, error::Error, process::ExitCode};

use anyhow::Context;
use cruddur_backend::{
    Cli,
    config::Config,
    serve,
    telemetry::{Telemetry, current_request_id, current_span, export_event},
};

fn main() -> ExitCode {
    // First, because the environment may contain a vendor's key.
    let memory =
        hardening::disable_core_dumps().context("cannot protect the memory of this process");
    let cli = Cli::read(env::args_os(), |name| env::var(name).ok());
    let config = match cli.unwrap_or_else(|error| error.exit()) {
        Cli::Run(config) => *config,
        Cli::Print(text) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
    };
    if let Err(error) = logging::init(&log_config(&config)).context("invalid RUST_LOG") {
        Config::usage_error(error.as_ref()).exit();
    }
    match memory.and_then(|()| run(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error: &dyn Error = error.as_ref();
            tracing::error!(error, "server failed");
            ExitCode::FAILURE
        }
    }
}

fn log_config(config: &Config) -> logging::Config {
    logging::Config {
        format: config.log_format,
        levels: config.log_filter.clone(),
        span_context: Some(current_span),
        request_id: Some(current_request_id),
        export: Some(export_event),
    }
}

fn run(config: Config) -> anyhow::Result<()> {
    // The exporters' threads must start outside of the runtime, and stop after it.
    let telemetry = Telemetry::install(&config.telemetry)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the async runtime")?;
    let result = runtime.block_on(serve(config));
    telemetry.shutdown();
    result
}
