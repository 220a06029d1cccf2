//! A receiver of OTLP that counts how often each span came, and fails as told.
//!
//! Spans are told apart by their number, which is their id. It keeps a byte for each.

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

/// How it treats a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Takes it, and answers after a time of up to this.
    Takes(Duration),
    /// 503, to come again in a second.
    Unavailable,
    /// Reads it and never answers.
    Silent,
}

/// How often each span came, and what each connection brought last.
#[derive(Debug, Default)]
struct Seen {
    times: Vec<u8>,
    last_batches: Vec<Vec<u64>>,
}

#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    /// Keeps the port while nobody listens, so that connections are refused.
    _port: TcpSocket,
    seen: Arc<Mutex<Seen>>,
    serving: Option<JoinHandle<()>>,
}

impl Receiver {
    /// It has an address and refuses connections.
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

    /// Ends all connections and refuses new ones.
    pub(crate) async fn refuse(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // It was cancelled: there is no other outcome.
            let _ = serving.await;
        }
    }

    /// Ends all connections and treats further ones so.
    pub(crate) async fn listen(&mut self, manner: Manner) {
        self.refuse().await;
        let listener = socket(self.address).listen(64).unwrap();
        let seen = Arc::clone(&self.seen);
        self.serving = Some(tokio::spawn(serve(listener, manner, seen)));
    }

    /// Spans that came, each counted once.
    pub(crate) fn taken(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.times.iter().filter(|times| **times > 0).count()
    }

    /// The numbers of spans that came more than once.
    pub(crate) fn repeated(&self) -> Vec<u64> {
        let seen = self.seen.lock().unwrap();
        let numbered = (0..).zip(&seen.times);
        let repeated = numbered.filter(|(_, times)| **times > 1);
        repeated.map(|(number, _)| number).collect()
    }

    /// The batches that came last, each over its connection.
    pub(crate) fn last_batches(&self) -> Vec<Vec<u64>> {
        self.seen.lock().unwrap().last_batches.clone()
    }
}

/// Several may have one address as long as only one listens.
fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// Its connections end with it.
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
    // A sender that is killed in the middle of a request is what it is for.
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
    /// The new connection's number.
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
