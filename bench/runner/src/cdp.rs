//! A client of the DevTools protocol: commands, their results, and events, over one websocket.
//!
//! It is used without a WebDriver, because it can crash a tab, cut the network and read the processor time of a page's
//! main thread, and because a fresh browser then takes one process.

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

/// Long enough for a busy machine.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(90);

type CommandResult = Result<Value, String>;

#[derive(Debug)]
pub struct Cdp {
    outgoing: mpsc::UnboundedSender<Message>,
    shared: Arc<Shared>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Shared {
    waiting: Mutex<HashMap<u64, oneshot::Sender<CommandResult>>>,
    events: broadcast::Sender<Event>,
}

#[derive(Clone, Debug)]
pub struct Event {
    /// The session of its page. `None` for events of the browser itself.
    pub session: Option<String>,
    pub method: String,
    pub params: Value,
}

impl Cdp {
    pub async fn connect(address: &str) -> Result<Self> {
        let (socket, _) = tokio_tungstenite::connect_async(address)
            .await
            .context("cannot connect to the browser's DevTools")?;
        let (outgoing, commands) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            events: broadcast::channel(4096).0,
        });
        tokio::spawn(forward(socket, commands, Arc::clone(&shared)));
        Ok(Self {
            outgoing,
            shared,
            next: AtomicU64::new(1),
        })
    }

    /// Subscribes to all events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// Sends a command to a page, or to the browser itself, and waits for its result.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let result = self.send(session, method, params)?;
        match tokio::time::timeout(COMMAND_TIMEOUT, result).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(reason))) => bail!("{method}: {reason}"),
            Ok(Err(_)) => bail!("{method}: the browser has ended"),
            Err(_) => bail!("{method}: no result within {COMMAND_TIMEOUT:?}"),
        }
    }

    /// Sends a command without waiting for its result, which may never come, such as that of a crash.
    pub fn send(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<oneshot::Receiver<CommandResult>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let (done, result) = oneshot::channel();
        self.shared.waiting().insert(id, done);
        self.outgoing
            .send(Message::text(command.to_string()))
            .map_err(|_| anyhow!("{method}: the browser has ended"))?;
        Ok(result)
    }
}

impl Shared {
    /// Locks the pending commands, even if a caller panicked: the entries are independent.
    fn waiting(&self) -> MutexGuard<'_, HashMap<u64, oneshot::Sender<CommandResult>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dispatch(&self, mut message: Value) {
        if let Some(id) = message["id"].as_u64() {
            if let Some(done) = self.waiting().remove(&id) {
                // The caller may have stopped waiting.
                drop(done.send(command_result(&mut message)));
            }
            return;
        }
        let event = Event {
            session: message["sessionId"].as_str().map(str::to_owned),
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            params: message["params"].take(),
        };
        // There may be no subscribers.
        drop(self.events.send(event));
    }
}

fn command_result(message: &mut Value) -> CommandResult {
    match message["error"]["message"].as_str() {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(message["result"].take()),
    }
}

async fn forward(
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
                    shared.dispatch(serde_json::from_str(text.as_str()).unwrap_or_default());
                }
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
    // Dropping the senders ends the waiting callers.
    shared.waiting().clear();
}
