//! Hostile clients: expensive searches, connections that send nothing or half a request, and wrong passwords, all at
//! the same time.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::server::Server;

const SEARCHERS: usize = 100;
const IDLE_CONNECTIONS: usize = 1500;
const WRONG_SIGN_INS: usize = 300;
/// The pause before a client retries.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const HALF_REQUEST: &str = "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\n\
    Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"email\":";

/// Running clients. [`HostileClients::stop`] ends them.
#[derive(Debug)]
pub(crate) struct HostileClients {
    tasks: JoinSet<()>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_stopped: AtomicBool,
    responses: Mutex<Counts>,
}

/// Numbers of responses by kind of request and status. Status 0 stands for no response.
type Counts = BTreeMap<(&'static str, u16), usize>;

/// The responses to hostile clients.
#[derive(Debug)]
pub(crate) struct ResponseCounts(Counts);

impl HostileClients {
    pub(crate) fn start(server: &Server) -> Result<Self> {
        let (mut tasks, state) = (JoinSet::new(), Arc::<State>::default());
        let client = client()?;
        let address = server.address();
        for number in 0..IDLE_CONNECTIONS {
            let beginning = if number % 2 == 0 { "" } else { HALF_REQUEST };
            tasks.spawn(stay_idle(address.clone(), beginning, Arc::clone(&state)));
        }
        for number in 0..SEARCHERS {
            let url = server.url(&format!("/api/activities/search?term={}", term(number)));
            tasks.spawn(searcher(client.get(url), Arc::clone(&state)));
        }
        for _ in 0..WRONG_SIGN_INS {
            let guess = client.post(server.url("/api/auth/signin"));
            let credentials = json!({ "email": "londo@example.com", "password": "wrong" });
            let (guess, state) = (guess.json(&credentials), Arc::clone(&state));
            tasks.spawn(async move { state.count("wrong sign-in", guess).await });
        }
        Ok(Self { tasks, state })
    }

    pub(crate) async fn stop(mut self) -> ResponseCounts {
        self.state.is_stopped.store(true, Ordering::Relaxed);
        self.tasks.shutdown().await;
        let responses = self.state.responses.lock();
        ResponseCounts(responses.unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl State {
    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    async fn count(&self, kind: &'static str, request: RequestBuilder) {
        let status = match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                response.bytes().await.map_or(0, |_| status)
            }
            Err(_) => 0,
        };
        let responses = self.responses.lock();
        let mut responses = responses.unwrap_or_else(PoisonError::into_inner);
        *responses.entry((kind, status)).or_default() += 1;
    }
}

/// Returns a search term: half of them are as long as a URL allows, half are the most expensive ones within the limits.
fn term(number: usize) -> String {
    match number % 4 {
        0 | 1 => "a+".repeat(30_000),
        2 => "the+common+number+and+t+co+n+a+1+2+3+4+5+6+7+9".to_owned(),
        _ => "the+common+%23topic4+honor+battle".to_owned(),
    }
}

async fn searcher(search: RequestBuilder, state: Arc<State>) {
    while !state.is_stopped() {
        let Some(search) = search.try_clone() else {
            return;
        };
        state.count("search", search).await;
        sleep(RETRY_PAUSE).await;
    }
}

/// Each request has a connection of its own.
fn client() -> reqwest::Result<Client> {
    let client = http_client::builder().no_proxy().pool_max_idle_per_host(0);
    client.timeout(REQUEST_TIMEOUT).build()
}

/// Connects, sends the beginning of a request, waits until the server closes the connection, and repeats this.
async fn stay_idle(address: String, beginning: &str, state: Arc<State>) {
    while !state.is_stopped() {
        if let Ok(Ok(mut stream)) = timeout(REQUEST_TIMEOUT, TcpStream::connect(&address)).await
            && stream.write_all(beginning.as_bytes()).await.is_ok()
        {
            // The response, if there is one, does not matter.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        sleep(RETRY_PAUSE).await;
    }
}

impl fmt::Display for ResponseCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.iter().map(|((kind, status), count)| match status {
            0 => format!("{kind}: no response {count} times"),
            _ => format!("{kind}: {status} {count} times"),
        });
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}
