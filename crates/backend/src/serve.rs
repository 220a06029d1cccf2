//! Opens the database, listens, and serves until a signal says to stop.

use anyhow::Context;
use tokio::net::TcpListener;

use crate::{AppState, app, config::Config, demo, store};

/// Serves until Ctrl-C or SIGTERM; requests under way are answered first.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let stopped = stop_signal()?;
    let db = store::open(&config.database_url).await?;
    if config.demo_data {
        demo::plant(&db)
            .await
            .context("cannot write the demo data")?;
    }
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: set CRUDDUR_API_LISTEN to a free address",
            config.listen
        )
    })?;
    println!("listening on http://{}", listener.local_addr()?);
    let state = AppState::new(db.clone());
    axum::serve(listener, app(state))
        .with_graceful_shutdown(stopped)
        .await?;
    db.close().await;
    Ok(())
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
