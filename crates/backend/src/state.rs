//! What every request may use.

use std::sync::Arc;

use crate::{
    password::Passwords,
    security::SecuritySettings,
    services::{health::Health, sweeper::Sweeper},
    sign_in_limits::SignInLimits,
    store::Pool,
};

/// Shared by all requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) db: Pool,
    pub(crate) passwords: Passwords,
    pub(crate) health: Health,
    pub(crate) sweeper: Sweeper,
    pub(crate) security: Arc<SecuritySettings>,
    pub(crate) sign_in_limits: SignInLimits,
}

impl AppState {
    /// With the default settings: nobody is trusted, and cookies work without TLS.
    #[must_use]
    pub fn new(db: Pool) -> Self {
        Self::with_security(db, SecuritySettings::default())
    }

    #[must_use]
    pub fn with_security(db: Pool, security: SecuritySettings) -> Self {
        Self {
            db,
            passwords: Passwords::default(),
            health: Health::default(),
            sweeper: Sweeper::default(),
            security: Arc::new(security),
            sign_in_limits: SignInLimits::default(),
        }
    }

    /// Deletes what expires, until it is dropped.
    pub fn sweep(&self) -> impl Future<Output = ()> + Send + use<> {
        self.sweeper.clone().run(self.db.clone())
    }
}
