//! A fake OTLP receiver that counts how often each span arrives, and fails as configured.
//!
//! Spans are identified by their number, which is their id. The receiver stores one byte for each.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Request, Response, StatusCode},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::spans::{decoded, spans_of};

/// How a request is handled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Accepts the request, and responds after a random time up to this.
    Takes(Duration),
    /// Responds with 503 and a `Retry-After` of one second.
    Unavailable,
    /// Reads the request and never responds.
    Silent,
}

/// How often each span arrived, and the last batch of each connection.
#[derive(Debug, Default)]
struct Seen {
    times: Vec<u8>,
    last_batches: Vec<Vec<u64>>,
}

#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    /// Reserves the port while nothing listens, so that connections are refused.
    _port: TcpSocket,
    seen: Arc<Mutex<Seen>>,
    serving: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Creates a receiver with an address that refuses connections.
    pub(crate) fn new() -> Self {
        let port = socket("127.0.0.1:0".parse().unwrap());
        Self {
            address: port.local_addr().unwrap(),
            _port: port,
            seen: Arc::default(),
            serving: None,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes all connections and refuses new ones.
    pub(crate) async fn refuse(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // The task was aborted, so the result is always an error.
            let _ = serving.await;
        }
    }

    /// Closes all connections and handles further ones this way.
    pub(crate) async fn listen(&mut self, manner: Manner) {
        self.refuse().await;
        let listener = socket(self.address).listen(64).unwrap();
        let seen = Arc::clone(&self.seen);
        self.serving = Some(tokio::spawn(serve(listener, manner, seen)));
    }

    /// Returns the number of different spans that arrived.
    pub(crate) fn taken(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.times.iter().filter(|times| **times > 0).count()
    }

    /// Returns the numbers of spans that arrived more than once.
    pub(crate) fn repeated(&self) -> Vec<u64> {
        let seen = self.seen.lock().unwrap();
        let numbered = (0..).zip(&seen.times);
        let repeated = numbered.filter(|(_, times)| **times > 1);
        repeated.map(|(number, _)| number).collect()
    }

    /// Returns the last batch of each connection.
    pub(crate) fn last_batches(&self) -> Vec<Vec<u64>> {
        self.seen.lock().unwrap().last_batches.clone()
    }
}

/// Binds a socket that shares its address. Only one of them may listen.
fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// Serves connections. Dropping the future closes them.
async fn serve(listener: TcpListener, manner: Manner, seen: Arc<Mutex<Seen>>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        connections.spawn(connection(stream, manner, Arc::clone(&seen)));
    }
}

async fn connection(stream: TcpStream, manner: Manner, seen: Arc<Mutex<Seen>>) {
    let number = seen.lock().unwrap().connect();
    let service = service_fn(async |request: Request<Incoming>| {
        let body = to_bytes(Body::new(request.into_body()), usize::MAX).await?;
        Ok::<_, axum::Error>(answer(&body, manner, &seen, number).await)
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Errors are expected: senders are killed in the middle of requests.
    let _ = serving.await;
}

async fn answer(
    body: &Bytes,
    manner: Manner,
    seen: &Mutex<Seen>,
    connection: usize,
) -> Response<Body> {
    match manner {
        Manner::Takes(within) => {
            seen.lock().unwrap().count(connection, numbers(body));
            sleep(within.mul_f64(fastrand::f64())).await;
            Response::default()
        }
        Manner::Unavailable => {
            let answer = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
            let answer = answer.header("retry-after", "1");
            answer.body(Body::empty()).unwrap()
        }
        Manner::Silent => std::future::pending().await,
    }
}

fn numbers(body: &[u8]) -> Vec<u64> {
    let number = |id: Vec<u8>| u64::from_be_bytes(id.try_into().unwrap());
    let spans = spans_of(decoded(body).unwrap());
    spans.map(|span| number(span.span_id)).collect()
}

impl Seen {
    /// Returns the number of the new connection.
    fn connect(&mut self) -> usize {
        self.last_batches.push(Vec::new());
        self.last_batches.len() - 1
    }

    fn count(&mut self, connection: usize, numbers: Vec<u64>) {
        for number in &numbers {
            let place = usize::try_from(*number).unwrap();
            if self.times.len() <= place {
                self.times.resize(place + 1, 0);
            }
            self.times[place] = self.times[place].saturating_add(1);
        }
        self.last_batches[connection] = numbers;
    }
}
