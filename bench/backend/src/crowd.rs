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

use reqwest::Client;
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
    /// How many answers of which status searchers and guessers got; 0 is none.
    answers: Mutex<BTreeMap<(&'static str, u16), usize>>,
}

/// What the crowd got.
#[derive(Debug)]
pub(crate) struct Tally(BTreeMap<(&'static str, u16), usize>);

impl Crowd {
    pub(crate) fn start(server: &Server) -> Self {
        let (mut tasks, state) = (JoinSet::new(), Arc::<State>::default());
        let address = server.address();
        for number in 0..SILENT_CONNECTIONS {
            let beginning = if number % 2 == 0 { "" } else { HALF_REQUEST };
            tasks.spawn(silent(address.clone(), beginning, Arc::clone(&state)));
        }
        for number in 0..SEARCHERS {
            let url = server.url(&format!("/api/activities/search?term={}", term(number)));
            tasks.spawn(searcher(url, Arc::clone(&state)));
        }
        for _ in 0..WRONG_SIGN_INS {
            tasks.spawn(guesser(server.url("/api/auth/signin"), Arc::clone(&state)));
        }
        Self { tasks, state }
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

    async fn count(&self, what: &'static str, request: reqwest::RequestBuilder) {
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

async fn searcher(url: String, state: Arc<State>) {
    let Some(client) = client() else { return };
    while !state.is_over() {
        state.count("search", client.get(&url)).await;
        sleep(PAUSE).await;
    }
}

async fn guesser(url: String, state: Arc<State>) {
    let Some(client) = client() else { return };
    let credentials = json!({ "email": "londo@example.com", "password": "wrong" });
    state
        .count("wrong sign-in", client.post(url).json(&credentials))
        .await;
}

fn client() -> Option<Client> {
    let client = Client::builder().no_proxy().timeout(PATIENCE);
    client.build().ok()
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
