//! Runs the server until a signal stops it.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::Router;
use http_listener::{Limits, Listener};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    AppState, app, app_with_page, config::Config, demo, oidc::OidcLimits, page::Page, store,
};

/// How long a shutdown waits for requests in flight. An idle connection would otherwise delay it for
/// as long as the client likes.
const SHUTDOWN_GRACE_PERIOD: Duration = Duration::from_secs(2);

/// How long a shutdown waits for mail.
const MAIL_GRACE_PERIOD: Duration = Duration::from_secs(3);

/// Opens the database and serves until SIGINT or SIGTERM. Requests in flight are completed first.
///
/// # Errors
/// The page or the database cannot be opened, or the address cannot be listened on.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let shutdown = CancellationToken::new();
    cancel_on_signal(shutdown.clone())?;
    let page = Page::open(&config.page)?;
    let db = store::open(&config.database_url).await?;
    if config.demo_data && db.is_embedded() {
        demo::seed(&db)
            .await
            .context("cannot insert the demo data")?;
    }
    let socket = listen(config.listen).await?;
    tracing::info!("listening on http://{}", socket.local_addr()?);
    let state = AppState::new(db.clone(), config.security, &config.mail)?
        .with_oidc(&config.oidc, OidcLimits::default())?;
    let mailer = state.mailer.clone();
    let tasks = TaskTracker::new();
    tasks.spawn(shutdown.clone().run_until_cancelled_owned(state.sweep()));
    let updates = state.receive_updates().await;
    let updates = updates.context("cannot listen for live updates of other back ends")?;
    tasks.spawn(shutdown.clone().run_until_cancelled_owned(updates));
    tasks.spawn(
        shutdown
            .clone()
            .run_until_cancelled_owned(state.index_backlog()),
    );
    tasks.spawn(end_event_streams(state.clone(), shutdown.clone()));
    let router = match &page {
        Some(page) => app_with_page(state, page),
        None => app(state),
    };
    serve_requests(socket, router, &shutdown).await;
    mailer.finish(MAIL_GRACE_PERIOD).await;
    tasks.close();
    tasks.wait().await;
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// An open stream would otherwise use up the grace period.
async fn end_event_streams(state: AppState, shutdown: CancellationToken) {
    shutdown.cancelled().await;
    state.end_event_streams();
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: set CRUDDUR_API_LISTEN to a free address")
    })
}

async fn serve_requests(socket: TcpListener, router: Router, shutdown: &CancellationToken) {
    let listener = Listener {
        socket,
        router,
        limits: Limits::default(),
    };
    let grace_period = async {
        shutdown.cancelled().await;
        sleep(SHUTDOWN_GRACE_PERIOD).await;
    };
    tokio::select! {
        () = listener.serve(shutdown.cancelled()) => {}
        () = grace_period => {}
    }
    shutdown.cancel();
}

fn cancel_on_signal(shutdown: CancellationToken) -> anyhow::Result<()> {
    let signal = shutdown_signal()?;
    tokio::spawn(async move {
        signal.await;
        tracing::info!("shutting down");
        shutdown.cancel();
    });
    Ok(())
}

/// Installs the signal handlers immediately, so that a signal during the start is not missed.
#[cfg(unix)]
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
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
        // Without a handler, only the operating system can end the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
