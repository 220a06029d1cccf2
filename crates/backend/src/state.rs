//! The state shared by all requests.

use std::sync::Arc;

use crate::{
    mail::{MailSettings, MailSettingsError, Mailer},
    mail_limits::MailLimits,
    oidc::{BearerTokens, OidcLimits, OidcSettings, OidcSettingsError},
    origin::Origins,
    password::Passwords,
    security::SecuritySettings,
    services::{
        health::HealthCheck,
        live::{Live, LiveLimits, Receiver},
        search_backlog,
        sweeper::Sweeper,
    },
    sign_in_limits::SignInLimits,
    store::Pool,
};

/// The state shared by all requests. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) db: Pool,
    pub(crate) passwords: Passwords,
    pub(crate) health: HealthCheck,
    pub(crate) sweeper: Sweeper,
    pub(crate) live: Live,
    pub(crate) security: Arc<SecuritySettings>,
    pub(crate) sign_in_limits: SignInLimits,
    /// Limits on attempts with codes sent by mail.
    pub(crate) code_limits: SignInLimits,
    pub(crate) mail_limits: MailLimits,
    pub(crate) mailer: Mailer,
    pub(crate) bearer_tokens: Option<BearerTokens>,
    /// Origins whose pages may send bearer tokens.
    pub(crate) cors_origins: Arc<Origins>,
}

impl AppState {
    /// Creates a state with these settings.
    ///
    /// # Errors
    /// Mail cannot be sent with these settings.
    pub fn new(
        db: Pool,
        security: SecuritySettings,
        mail: &MailSettings,
    ) -> Result<Self, MailSettingsError> {
        Ok(Self {
            db,
            passwords: Passwords::default(),
            health: HealthCheck::default(),
            sweeper: Sweeper::default(),
            live: Live::new(LiveLimits::default()),
            security: Arc::new(security),
            sign_in_limits: SignInLimits::default(),
            code_limits: SignInLimits::default(),
            mail_limits: MailLimits::default(),
            mailer: mail.mailer()?,
            bearer_tokens: None,
            cors_origins: Arc::default(),
        })
    }

    /// Returns the state that accepts bearer tokens.
    ///
    /// # Errors
    /// The settings do not fit together.
    pub fn with_oidc(
        mut self,
        settings: &OidcSettings,
        limits: OidcLimits,
    ) -> Result<Self, OidcSettingsError> {
        self.bearer_tokens = BearerTokens::new(settings, limits)?;
        self.cors_origins = Arc::new(settings.oidc_cors_origins.clone());
        Ok(self)
    }

    /// Returns the state with other limits of event streams.
    #[must_use]
    pub fn with_live_limits(mut self, limits: LiveLimits) -> Self {
        self.live = Live::new(limits);
        self
    }

    /// Ends all event streams, which would otherwise delay a shutdown.
    pub fn end_event_streams(&self) {
        self.live.shut_down();
    }

    /// Connects to the other back ends on the same PostgreSQL server, whose live updates the returned
    /// future delivers to the event streams of this one. The future never completes; drop it to stop.
    ///
    /// # Errors
    /// The database cannot be connected to.
    pub async fn receive_updates(
        &self,
    ) -> Result<impl Future<Output = ()> + Send + use<>, sqlx::Error> {
        let listener = self.db.listen().await?;
        let receiver = Receiver::new(self.live.clone(), self.db.clone());
        Ok(async move {
            match listener {
                Some(listener) => receiver.run(listener).await,
                None => std::future::pending().await,
            }
        })
    }

    /// Deletes expired data in the background. The future never completes; drop it to stop.
    pub fn sweep(&self) -> impl Future<Output = ()> + Send + use<> {
        self.sweeper.clone().run(self.db.clone())
    }
    /// Adds activities of older versions to the search index, and completes.
    pub fn index_backlog(&self) -> impl Future<Output = ()> + Send + use<> {
        search_backlog::run(self.db.clone())
    }
}
