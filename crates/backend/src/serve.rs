//! Opens the database, listens, and serves until a signal says to stop.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use http_listener::{Limits, Listener};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{AppState, app, config::Config, demo, store};

/// How long requests under way have, once a signal says to stop. A connection on which nothing
/// was asked yet would otherwise hold the server up for as long as it likes.
const GRACE: Duration = Duration::from_secs(2);

/// Serves until Ctrl-C or SIGTERM; requests under way are answered first.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let stopped = stop_signal()?;
    let db = store::open(&config.database_url).await?;
    if config.demo_data {
        demo::plant(&db)
            .await
            .context("cannot write the demo data")?;
    }
    let listener = listen(config.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let state = AppState::with_security(db.clone(), config.security);
    let sweeping = tokio::spawn(state.sweep());
    answer(listener, state, stopped).await;
    sweeping.abort();
    db.close().await;
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: set CRUDDUR_API_LISTEN to a free address")
    })
}

async fn answer(
    listener: TcpListener,
    state: AppState,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    let (tell, told) = oneshot::channel();
    let stopping = async move {
        stopped.await;
        // Nobody listens only when the server has ended already.
        let _ = tell.send(());
    };
    let listener = Listener {
        socket: listener,
        router: app(state),
        limits: Limits::default(),
    };
    tokio::select! {
        () = listener.serve(stopping) => {}
        () = grace_after(told) => {}
    }
}

async fn grace_after(told: oneshot::Receiver<()>) {
    match told.await {
        Ok(()) => tokio::time::sleep(GRACE).await,
        Err(_) => std::future::pending().await,
    }
}

/// Listens for signals at once, so that one that comes during the start is not lost.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
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
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without a handler there is nothing to wait for: the process is then ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
