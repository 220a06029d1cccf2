//! The command: reads the environment, starts a gateway, stops it on Ctrl-C or SIGTERM.

use std::process::ExitCode;

use otel_web_gateway::{Config, Gateway};

const HELP: &str = include_str!("help.txt");

#[tokio::main]
async fn main() -> ExitCode {
    let argument = std::env::args().nth(1);
    match argument.as_deref() {
        None => run().await,
        Some("-h" | "--help") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some("-V" | "--version") => {
            println!("otel-web-gateway {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Some(unknown) => {
            eprintln!("unknown argument {unknown:?}: configuration is by environment, see --help");
            ExitCode::from(2)
        }
    }
}

async fn run() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("otel-web-gateway: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> anyhow::Result<()> {
    let gateway = Gateway::start(&Config::from_env()?).await?;
    for sink in gateway.sinks() {
        println!("{sink}");
    }
    if gateway.viewer_url().contains("?token=") {
        println!("traces are shown at {}", gateway.viewer_url());
    }
    println!("listening on http://{}", gateway.address());
    gateway.serve(asked_to_stop()?).await;
    Ok(())
}

#[cfg(unix)]
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send> {
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
fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without a Ctrl-C handler the gateway runs until it is killed, which it survives.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
