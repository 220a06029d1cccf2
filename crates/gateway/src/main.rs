//! The command: reads settings, starts a gateway, stops it on Ctrl-C or SIGTERM.

mod args;

use std::process::ExitCode;

use otel_web_gateway::{Config, Gateway};
use tokio::runtime::Runtime;

use self::args::{Args, Task};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("otel-web-gateway: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    hardening::protect_memory()?;
    let runtime = Runtime::new()?;
    let outcome = runtime.block_on(perform(args));
    // A name server that does not answer keeps a thread for half a minute.
    runtime.shutdown_background();
    outcome
}

async fn perform(args: &Args) -> anyhow::Result<ExitCode> {
    match args.task {
        Task::Run => serve(args).await?,
        Task::Check => return check(args).await,
        Task::PrintConfig => print!("{}", Config::documented_file()),
        Task::Version => println!("otel-web-gateway {}", env!("CARGO_PKG_VERSION")),
        Task::Help => {
            let (top, examples) = (include_str!("help.txt"), include_str!("examples.txt"));
            print!("{top}{}{examples}", Config::help());
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(args: &Args) -> anyhow::Result<()> {
    // Before anybody is told that it runs.
    let stop = asked_to_stop()?;
    let gateway = Gateway::start(&args.load()?).await?;
    if let Some(file) = args.file() {
        println!("settings: {}", file.display());
    }
    for sink in gateway.sinks() {
        println!("{sink}");
    }
    let url = format!("http://{}", gateway.address());
    if gateway.viewer_url() != url {
        println!("traces are shown at {}", gateway.viewer_url());
    }
    println!("listening on {url}");
    gateway.serve(stop).await;
    Ok(())
}

/// Fails when a sink would not take spans, so that a script can ask before it starts.
async fn check(args: &Args) -> anyhow::Result<ExitCode> {
    let report = otel_web_gateway::check(&args.load()?).await;
    print!("{report}");
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
