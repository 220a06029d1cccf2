//! Accepts connections: so many at once, and none that is idle for too long.
//!
//! When all connections have a request in flight, further ones wait in the system's queue instead
//! of in this process's memory.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{self, HeaderMap, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown, Watcher},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;

use crate::{
    BadConnection, Limits,
    client_slots::{ClientSlot, ClientSlots},
    connection_slots::{ConnectionSlots, RequestBody, ResponseBody, Slot},
    http2,
    opening::Opening,
};

/// The pause after an error that concerns the socket and not a client, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);
/// How often it is said at most that connections are closed.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// A connection that a client may have.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    client: ClientSlot,
}

/// A socket and what is served there.
#[derive(Debug)]
pub struct Listener {
    /// The socket, already bound.
    pub socket: TcpListener,
    /// What is served.
    pub router: Router,
    /// The limits that hold for its clients.
    pub limits: Limits,
}

impl Listener {
    /// Serves until `shutdown` is ready, and then until the requests in flight are answered.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let message = |_, _| "this server speaks HTTP/1.1".to_owned();
        self.serve_with(shutdown, message).await;
    }

    /// Serves like [`serve`](Self::serve), and calls `on_bad_connection` for each connection
    /// that carries something else than HTTP/1. Clients that speak HTTP/2 are told what it
    /// returns; to others nothing can be said.
    pub async fn serve_with(
        self,
        shutdown: impl Future<Output = ()>,
        on_bad_connection: impl Fn(BadConnection, SocketAddr) -> String + Send + Sync + 'static,
    ) {
        let on_bad: OnBadConnection = Arc::new(on_bad_connection);
        let (closing, is_closing) = watch::channel(false);
        let mut shutdown = std::pin::pin!(shutdown);
        let slots = ConnectionSlots::new(self.limits.connections);
        let clients = ClientSlots::new(self.limits.connections_per_client);
        let mut log = EvictionLog::new(self.limits.connections);
        let open = GracefulShutdown::new();
        loop {
            let next = async {
                let accepted = accept_within_limit(&self.socket, &clients).await;
                (accepted, slots.take().await)
            };
            let (accepted, slot) = tokio::select! {
                next = next => next,
                () = &mut shutdown => break,
            };
            log.update(slots.evicted());
            let served = Served {
                watcher: open.watcher(),
                is_closing: is_closing.clone(),
                on_bad: Arc::clone(&on_bad),
            };
            tokio::spawn(self.connection(accepted, slot, served));
        }
        drop(self.socket);
        let _ = closing.send(true);
        open.shutdown().await;
    }

    fn connection(
        &self,
        accepted: Accepted,
        slot: Arc<Slot>,
        mut served: Served,
    ) -> impl Future<Output = ()> + use<> {
        let Accepted {
            stream,
            peer,
            client,
        } = accepted;
        let (router, own) = (self.router.clone(), Arc::clone(&slot));
        let limits = self.limits.clone();
        let serving = async move {
            let opening = Opening::of(&stream, limits.head_timeout);
            let opening = tokio::select! {
                opening = opening => opening,
                _ = served.is_closing.wait_for(|is_closing| *is_closing) => return,
            };
            match opening {
                Opening::Nothing => return,
                Opening::Http2 => {
                    let message = (served.on_bad)(BadConnection::Http2, peer);
                    return http2::decline(stream, &message).await;
                }
                Opening::Tls => {
                    (served.on_bad)(BadConnection::Tls, peer);
                }
                Opening::Http1 => {}
            }
            let connection = http1(stream, peer, &limits, (router, own));
            // It ends with an error when the client does something odd, or reads nothing.
            let ended = served.watcher.watch(connection).await;
            if let Err(error) = ended
                && error.is_parse()
                && opening != Opening::Tls
            {
                let bad = BadConnection::Malformed(error.to_string());
                (served.on_bad)(bad, peer);
            }
        };
        async move {
            tokio::select! {
                biased;
                () = serving => {}
                () = slot.evicted() => {}
            }
            drop(client);
        }
    }
}

/// What a connection needs besides its socket and its slot.
struct Served {
    watcher: Watcher,
    is_closing: watch::Receiver<bool>,
    on_bad: OnBadConnection,
}

type OnBadConnection = Arc<dyn Fn(BadConnection, SocketAddr) -> String + Send + Sync>;

fn http1(
    stream: TcpStream,
    peer: SocketAddr,
    limits: &Limits,
    (router, own): (Router, Arc<Slot>),
) -> impl GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |incoming: http::Request<Incoming>| {
        let request = own.request();
        let arriving = |body| Body::new(RequestBody::new(body, Arc::clone(request.slot())));
        let mut incoming = incoming.map(arriving);
        incoming.extensions_mut().insert(ConnectInfo(peer));
        let response = router.clone().call(incoming);
        async move {
            let response = response.await?;
            let is_events = is_event_stream(response.headers());
            let body = |body| ResponseBody::new(body, request, is_events);
            Ok::<_, Infallible>(response.map(body))
        }
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_timeout));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

/// Says that connections are closed, at most once a minute.
struct EvictionLog {
    connections: usize,
    reported: u64,
    last: Option<Instant>,
}

impl EvictionLog {
    fn new(connections: usize) -> Self {
        Self {
            connections,
            reported: 0,
            last: None,
        }
    }

    fn update(&mut self, evicted: u64) {
        let is_due = self.last.is_none_or(|last| last.elapsed() >= LOG_INTERVAL);
        if evicted > self.reported && is_due {
            eprintln!(
                "connections: all {} are in use; closed {} that kept others waiting",
                self.connections,
                evicted - self.reported
            );
            self.reported = evicted;
            self.last = Some(Instant::now());
        }
    }
}

/// The next connection of a client that may have one more. Others are closed at once: to wait,
/// they would need the file that they are not to take.
async fn accept_within_limit(socket: &TcpListener, clients: &ClientSlots) -> Accepted {
    loop {
        let (stream, peer) = accept(socket).await;
        if let Some(client) = clients.take(peer.ip()) {
            return Accepted {
                stream,
                peer,
                client,
            };
        }
    }
}

async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok((stream, peer)) => {
                // Without it, small answers on a kept connection may wait for an acknowledgement.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) if concerns_one_client(&error) => {}
            Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
        }
    }
}

fn concerns_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
