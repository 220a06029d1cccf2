//! What every request may use.

use crate::{
    password::Passwords,
    services::{health::Health, sweeper::Sweeper},
    store::Pool,
};

/// Shared by all requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) db: Pool,
    pub(crate) passwords: Passwords,
    pub(crate) health: Health,
    pub(crate) sweeper: Sweeper,
}

impl AppState {
    #[must_use]
    pub fn new(db: Pool) -> Self {
        Self {
            db,
            passwords: Passwords::default(),
            health: Health::default(),
            sweeper: Sweeper::default(),
        }
    }

    /// Deletes what expires, until it is dropped.
    pub fn sweep(&self) -> impl Future<Output = ()> + Send + use<> {
        self.sweeper.clone().run(self.db.clone())
    }
}
