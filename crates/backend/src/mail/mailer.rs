//! Sends mail in the background.

use std::{sync::Arc, time::Duration};

use lettre::message::Mailbox;
use opentelemetry::{Context, KeyValue, context::FutureExt};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;

use super::{
    Letter,
    outbox::Outbox,
    smtp::{SmtpClient, SmtpError},
};
use crate::{
    Error,
    error::Failure,
    telemetry::{BackgroundOperation, set_attribute},
};

const SEND: BackgroundOperation = BackgroundOperation::new("mail", "mail send");

/// The maximum number of jobs that wait or run. Further requests get 503.
const MAX_JOBS: usize = 64;
/// The maximum number of messages that are sent at the same time.
const MAX_CONCURRENT: usize = 4;
/// The pauses before an attempt is repeated.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

/// Where messages go.
#[derive(Clone, Debug)]
pub(super) enum Transport {
    Smtp(SmtpClient),
    Outbox(Outbox),
}

/// Sends mail in the background. It is cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    from: Mailbox,
    transport: Transport,
    jobs: Arc<Semaphore>,
    sending: Arc<Semaphore>,
    tasks: TaskTracker,
}

/// A place for one job in the queue.
#[derive(Debug)]
pub(crate) struct Reservation {
    mailer: Mailer,
    permit: OwnedSemaphorePermit,
}

/// A failed delivery.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Build(#[from] super::message::BuildError),
    #[error("cannot write to the outbox")]
    Outbox(#[from] std::io::Error),
    #[error(transparent)]
    Smtp(#[from] SmtpError),
}

impl SendError {
    fn is_temporary(&self) -> bool {
        matches!(self, Self::Outbox(_) | Self::Smtp(SmtpError::Unavailable))
    }
}

impl Mailer {
    pub(super) fn new(from: Mailbox, transport: Transport) -> Self {
        Self {
            from,
            transport,
            jobs: Arc::new(Semaphore::new(MAX_JOBS)),
            sending: Arc::new(Semaphore::new(MAX_CONCURRENT)),
            tasks: TaskTracker::new(),
        }
    }

    /// Reserves a place in the queue, before anything that depends on the account is known.
    pub(crate) fn reserve(&self) -> Result<Reservation, Error> {
        let permit = self.jobs.clone().try_acquire_owned();
        let permit = permit.map_err(|_| {
            Error::Failed(Failure::unavailable(
                "MailQueueFull",
                "too many messages wait to be sent",
            ))
        })?;
        Ok(Reservation {
            mailer: self.clone(),
            permit,
        })
    }

    /// Sends a message within a job.
    pub(crate) async fn send(&self, letter: Letter) {
        let result = SEND
            .run(async {
                set_attribute(KeyValue::new("app.mail.template", letter.template()));
                self.deliver(&letter).await
            })
            .await;
        if let Err(error) = result {
            let template = letter.template();
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, template, "cannot send mail");
        }
    }

    /// Waits until all messages are sent, up to a time limit.
    pub(crate) async fn finish(&self, limit: Duration) {
        self.tasks.close();
        if timeout(limit, self.tasks.wait()).await.is_err() {
            let count = self.tasks.len();
            tracing::warn!(count, "messages were not sent before the shutdown");
        }
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), SendError> {
        for delay in RETRY_DELAYS {
            match self.try_deliver(letter).await {
                Err(error) if error.is_temporary() => sleep(delay).await,
                result => return result,
            }
        }
        self.try_deliver(letter).await
    }

    async fn try_deliver(&self, letter: &Letter) -> Result<(), SendError> {
        let message = letter.message(&self.from)?;
        let _sending = self.sending.acquire().await;
        match &self.transport {
            Transport::Smtp(client) => Ok(client.send(message).await?),
            Transport::Outbox(outbox) => {
                let outbox = outbox.clone();
                let write = move || outbox.write(&message.formatted());
                tokio::task::spawn_blocking(write)
                    .await
                    .map_err(std::io::Error::other)?
                    .map_err(SendError::Outbox)
            }
        }
    }
}

impl Reservation {
    /// Runs a job in the background, in the trace of the request.
    pub(crate) fn spawn<F>(self, job: impl FnOnce(Mailer) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let job = job(self.mailer.clone()).with_context(Context::current());
        let permit = self.permit;
        self.mailer.tasks.spawn(async move {
            job.await;
            drop(permit);
        });
    }

    /// Sends a message in the background.
    pub(crate) fn send(self, letter: Letter) {
        self.spawn(|mailer| async move { mailer.send(letter).await });
    }
}
