//! A connection that receives notifications.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use crate::store::{Result, notify::CHANNEL};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection that receives the notifications of all back ends, its own included.
///
/// It is not one of the pools: it is never idle, and a pool without free connections must not delay
/// it. After an error, notifications may be lost, so it does not reconnect by itself.
#[derive(Debug)]
pub(crate) struct Listener(PgListener);

impl Listener {
    /// Connects, and listens. Every notification that is committed afterwards is received.
    pub(in crate::store) async fn connect(options: &PgConnectOptions) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_TIMEOUT)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options.clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next payload. Dropping the future loses none.
    ///
    /// # Errors
    /// The connection is lost.
    pub(crate) async fn next(&mut self) -> Result<String> {
        match self.0.try_recv().await? {
            Some(notification) => Ok(notification.payload().to_owned()),
            None => Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted).into()),
        }
    }
}
