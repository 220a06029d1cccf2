//! Hostile clients: searches that cost as much as possible, connections that send nothing or half
//! a request, and wrong passwords, all at the same time.

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
const SILENT_CONNECTIONS: usize = 1500;
const WRONG_SIGN_INS: usize = 300;
/// Whoever is refused or sent away comes again after this time.
const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(30);
const HALF_REQUEST: &str = "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\n\
    Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"email\":";

/// Ends with [`Crowd::stop`].
#[derive(Debug)]
pub(crate) struct Crowd {
    tasks: JoinSet<()>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_over: AtomicBool,
    /// Responses to searchers and guessers, by status; 0 stands for no response.
    answers: Mutex<BTreeMap<(&'static str, u16), usize>>,
}

/// What the crowd got.
#[derive(Debug)]
pub(crate) struct Tally(BTreeMap<(&'static str, u16), usize>);

impl Crowd {
    pub(crate) fn start(server: &Server) -> Result<Self> {
        let (mut tasks, state) = (JoinSet::new(), Arc::<State>::default());
        let client = client()?;
        let address = server.address();
        for number in 0..SILENT_CONNECTIONS {
            let beginning = if number % 2 == 0 { "" } else { HALF_REQUEST };
            tasks.spawn(silent(address.clone(), beginning, Arc::clone(&state)));
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

    pub(crate) async fn stop(mut self) -> Tally {
        self.state.is_over.store(true, Ordering::Relaxed);
        self.tasks.shutdown().await;
        let answers = self.state.answers.lock();
        Tally(answers.unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl State {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    async fn count(&self, what: &'static str, request: RequestBuilder) {
        let status = match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                answer.bytes().await.map_or(0, |_| status)
            }
            Err(_) => 0,
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry((what, status)).or_default() += 1;
    }
}

/// Half of them as many words as an address holds, half the worst that the limits allow.
fn term(number: usize) -> String {
    match number % 4 {
        0 | 1 => "a+".repeat(30_000),
        2 => "the+common+number+and+t+co+n+a+1+2+3+4+5+6+7+9".to_owned(),
        _ => "the+common+%23topic4+honor+battle".to_owned(),
    }
}

async fn searcher(search: RequestBuilder, state: Arc<State>) {
    while !state.is_over() {
        let Some(search) = search.try_clone() else {
            return;
        };
        state.count("search", search).await;
        sleep(PAUSE).await;
    }
}

/// Each request has a connection of its own.
fn client() -> reqwest::Result<Client> {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
    client.timeout(PATIENCE).build()
}

/// Connects, sends a beginning, waits, and comes again when it was sent away.
async fn silent(address: String, beginning: &str, state: Arc<State>) {
    while !state.is_over() {
        if let Ok(Ok(mut stream)) = timeout(PATIENCE, TcpStream::connect(&address)).await
            && stream.write_all(beginning.as_bytes()).await.is_ok()
        {
            // Until the server closes it, with or without an answer.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        sleep(PAUSE).await;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.iter().map(|((what, status), count)| match status {
            0 => format!("{what}: no answer {count} times"),
            _ => format!("{what}: {status} {count} times"),
        });
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}
