//! Settings of outgoing mail.

use std::{io, path::PathBuf};

use cli_settings::EnvOnly;
use lettre::message::Mailbox;

use super::{
    mailer::{Mailer, Transport},
    outbox::Outbox,
    smtp::{SmtpClient, SmtpUrl, SmtpUrlError},
};

const SMTP_URL: &str = "CRUDDUR_SMTP_URL";

/// The variables without a flag.
pub(crate) const MAIL_VARIABLES: [EnvOnly; 1] = [EnvOnly {
    name: SMTP_URL,
    help: "Mail server, such as smtps://user:password@mail.example, or smtp:// with STARTTLS (secret)",
}];

/// Settings of outgoing mail.
#[derive(Clone, Debug, clap::Args)]
pub struct MailSettings {
    /// Sender of mail, such as "Cruddur <no-reply@cruddur.example>"
    #[arg(
        long,
        env = "CRUDDUR_MAIL_FROM",
        value_name = "MAILBOX",
        default_value = "Cruddur <no-reply@cruddur.example>"
    )]
    pub mail_from: Mailbox,
    /// Folder for mail, if there is no mail server. It is created if missing
    #[arg(
        long,
        env = "CRUDDUR_MAIL_OUTBOX",
        value_name = "FOLDER",
        default_value = "cruddur-outbox"
    )]
    pub mail_outbox: PathBuf,
    /// The mail server.
    #[arg(skip)]
    pub(crate) smtp: Option<SmtpUrl>,
}

/// Mail cannot be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum MailSettingsError {
    /// The path of the outbox is not valid.
    #[error("{} is not a folder for mail: set CRUDDUR_MAIL_OUTBOX to another one", .0.display())]
    Outbox(PathBuf, #[source] io::Error),
    /// TLS cannot be set up.
    #[error("cannot set up TLS for the mail server")]
    Tls(#[source] lettre::transport::smtp::Error),
}

impl MailSettings {
    /// Reads the secret from the environment.
    pub(crate) fn with_env(
        mut self,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SmtpUrlError> {
        let url = env(SMTP_URL).filter(|url| !url.trim().is_empty());
        self.smtp = url.map(|url| url.parse()).transpose()?;
        Ok(self)
    }

    /// Connects to nothing yet.
    pub(crate) fn mailer(&self) -> Result<Mailer, MailSettingsError> {
        let transport = match &self.smtp {
            Some(url) => Transport::Smtp(SmtpClient::new(url).map_err(MailSettingsError::Tls)?),
            None => Transport::Outbox(self.outbox()?),
        };
        Ok(Mailer::new(self.mail_from.clone(), transport))
    }

    fn outbox(&self) -> Result<Outbox, MailSettingsError> {
        let outbox = Outbox::new(&self.mail_outbox)
            .map_err(|error| MailSettingsError::Outbox(self.mail_outbox.clone(), error))?;
        let folder = outbox.folder().display().to_string();
        tracing::info!(
            folder,
            "no mail server is configured, so mail is written to a folder"
        );
        Ok(outbox)
    }
}
