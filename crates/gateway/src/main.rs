//! The program: reads its configuration, and runs or tests a gateway.

mod first_steps;

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::SystemTime;

use logging::error_chain;
use otel_web_gateway::{Cli, Config, Gateway, SymbolsCommand};
use tokio::runtime::Runtime;
use tracing::{error, info, warn};

use first_steps::first_steps;

fn main() -> ExitCode {
    // Before secrets are read.
    if let Err(error) = hardening::disable_core_dumps() {
        eprintln!("error: cannot disable core dumps: {error}");
        return ExitCode::FAILURE;
    }
    let cli = match Cli::parse() {
        Ok(cli) => cli,
        Err(error) => {
            error.print();
            return ExitCode::from(error.exit_code());
        }
    };
    let config = match cli {
        Cli::Print(text) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Cli::Symbols(command) => return work_with_symbols(&command),
        Cli::Run { ref config, .. } | Cli::Check { ref config } => config,
    };
    if let Err(error) = logging::init(&config.log) {
        eprintln!("error: {}", error_chain(&error));
        return ExitCode::from(2);
    }
    match run(&cli) {
        Ok(code) => code,
        Err(error) => {
            error!(error = error_chain(error.as_ref()), "cannot start");
            ExitCode::FAILURE
        }
    }
}

fn work_with_symbols(command: &SymbolsCommand) -> ExitCode {
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error_chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    let runtime = Runtime::new()?;
    let result = runtime.block_on(async {
        match cli {
            Cli::Run { config, file, open } => {
                if let Some(file) = file {
                    info!(file = %file.display(), "read settings");
                }
                serve(config, *open).await
            }
            Cli::Check { config } => Ok(check(config).await),
            Cli::Print(_) | Cli::Symbols(_) => Ok(ExitCode::SUCCESS),
        }
    });
    // A DNS lookup without a response occupies a thread for half a minute.
    runtime.shutdown_background();
    result
}

async fn serve(config: &Config, open: bool) -> anyhow::Result<ExitCode> {
    // Before the log says that the gateway runs.
    let shutdown = shutdown_signal()?;
    let gateway = Gateway::start(config).await?;
    for (sink, target) in gateway.sinks() {
        info!(sink, target, "forwarding");
    }
    if let Some(address) = gateway.xray_address() {
        info!(%address, "accepting X-Ray segments by UDP");
    }
    let url = format!("http://{}", gateway.address());
    if gateway.viewer_url() != url {
        info!("viewer on {}", gateway.viewer_url());
    }
    info!("listening on {url}");
    if gateway.is_empty() && io::stdout().is_terminal() {
        let address = gateway.address();
        let text = first_steps(address, gateway.viewer_url(), &config.db, SystemTime::now());
        println!("{text}");
    }
    if open {
        open_browser(gateway.viewer_url());
    }
    gateway.serve(shutdown).await;
    info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Opens a page. Without a browser, the gateway still accepts spans.
fn open_browser(url: &str) {
    if let Err(error) = open::that_detached(url) {
        warn!(
            error = error_chain(&error),
            "cannot open a browser: open the viewer's address yourself"
        );
    }
}

/// Fails if the gateway would not start, or a sink would not accept spans.
async fn check(config: &Config) -> ExitCode {
    let report = otel_web_gateway::check(config).await;
    print!("{report}");
    if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(unix)]
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without a handler for Ctrl-C, the gateway runs until it is killed, which loses no spans.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
