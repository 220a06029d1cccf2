//! The DevTools protocol: commands with their answers, and events, over one websocket.
//!
//! Spoken directly, without a driver between: a tab can be crashed, a network cut, the time a
//! page's main thread worked can be read, and starting a fresh browser takes one process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A busy machine is slow; a command that takes longer than this is stuck.
const PATIENCE: Duration = Duration::from_secs(90);

type Answer = Result<Value, String>;

#[derive(Debug)]
pub struct Cdp {
    outgoing: mpsc::UnboundedSender<Message>,
    shared: Arc<Shared>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Shared {
    waiting: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    events: broadcast::Sender<Event>,
}

#[derive(Clone, Debug)]
pub struct Event {
    /// The page it came from; `None` for the browser itself.
    pub session: Option<String>,
    pub method: String,
    pub params: Value,
}

impl Cdp {
    pub async fn connect(address: &str) -> Result<Self> {
        let (socket, _) = tokio_tungstenite::connect_async(address)
            .await
            .context("the browser does not take a DevTools connection")?;
        let (outgoing, commands) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            events: broadcast::channel(4096).0,
        });
        tokio::spawn(carry(socket, commands, Arc::clone(&shared)));
        Ok(Self {
            outgoing,
            shared,
            next: AtomicU64::new(1),
        })
    }

    /// Events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Sends a command to a page, or to the browser itself, and waits for the answer.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let answer = self.send(session, method, params)?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(reason))) => bail!("{method}: {reason}"),
            Ok(Err(_)) => bail!("{method}: the browser is gone"),
            Err(_) => bail!("{method}: no answer within {PATIENCE:?}"),
        }
    }

    /// Sends a command whose answer may never come, such as one that crashes the page.
    pub fn send(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<oneshot::Receiver<Answer>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let (done, answer) = oneshot::channel();
        self.shared.waiting().insert(id, done);
        self.outgoing
            .send(Message::text(command.to_string()))
            .map_err(|_| anyhow!("{method}: the browser is gone"))?;
        Ok(answer)
    }
}

impl Shared {
    /// The commands even when one of their callers panicked: each entry stands by itself.
    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_in(&self, mut message: Value) {
        if let Some(id) = message["id"].as_u64() {
            if let Some(done) = self.waiting().remove(&id) {
                // The caller may have stopped waiting.
                drop(done.send(answer(&mut message)));
            }
            return;
        }
        let event = Event {
            session: message["sessionId"].as_str().map(str::to_owned),
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            params: message["params"].take(),
        };
        // Nobody may be listening.
        drop(self.events.send(event));
    }
}

fn answer(message: &mut Value) -> Answer {
    match message["error"]["message"].as_str() {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(message["result"].take()),
    }
}

async fn carry(
    mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    mut commands: mpsc::UnboundedReceiver<Message>,
    shared: Arc<Shared>,
) {
    loop {
        tokio::select! {
            command = commands.recv() => {
                let Some(command) = command else { break };
                if socket.send(command).await.is_err() {
                    break;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    shared.take_in(serde_json::from_str(text.as_str()).unwrap_or_default());
                }
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
    // Whoever still waits learns that no answer will come.
    shared.waiting().clear();
}
