//! Accepts connections within the limits.
//!
//! While all connections have a request in flight, further ones wait in the system's backlog instead
//! of in this process's memory.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

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
use logging::{Admitted, LogLimit};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower_service::Service;

use crate::{
    BadConnection, Limits,
    client_slots::{ClientSlot, ClientSlots},
    connection_slots::{ConnectionSlots, RequestBody, ResponseBody, Slot},
    http2,
    protocol::Protocol,
};

/// The pause after an error of the listening socket, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(200);

/// A connection within the limit of its client.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    client: ClientSlot,
}

/// A listening socket and the router that handles its requests.
#[derive(Debug)]
pub struct Listener {
    /// The bound socket.
    pub socket: TcpListener,
    /// Handles requests.
    pub router: Router,
    /// Limits of the listener and its clients.
    pub limits: Limits,
}

impl Listener {
    /// Serves until `shutdown` completes, and then finishes the requests in flight.
    ///
    /// Clients that speak HTTP/2 get a fixed message. To choose it, and to count such clients, use
    /// [`serve_with`](Self::serve_with).
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let message = |_, _| "this server speaks HTTP/1.1".to_owned();
        self.serve_with(shutdown, message).await;
    }

    /// Serves like [`serve`](Self::serve), and calls `on_bad_connection` for each connection that is
    /// not HTTP/1. Clients that speak HTTP/2 get the returned message; others get none, as there is no
    /// protocol for it.
    pub async fn serve_with(
        self,
        shutdown: impl Future<Output = ()>,
        on_bad_connection: impl Fn(BadConnection, SocketAddr) -> String + Send + Sync + 'static,
    ) {
        let on_bad: OnBadConnection = Arc::new(on_bad_connection);
        let closing = CancellationToken::new();
        let mut shutdown = std::pin::pin!(shutdown);
        let slots = ConnectionSlots::new(self.limits.connections);
        let clients = ClientSlots::new(self.limits.connections_per_client);
        let mut evictions = Evictions::new(self.limits.connections);
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
            evictions.update(slots.evicted());
            let served = Served {
                watcher: open.watcher(),
                closing: closing.clone(),
                on_bad: Arc::clone(&on_bad),
            };
            tokio::spawn(self.connection(accepted, slot, served));
        }
        drop(self.socket);
        closing.cancel();
        open.shutdown().await;
    }

    fn connection(
        &self,
        accepted: Accepted,
        slot: Arc<Slot>,
        served: Served,
    ) -> impl Future<Output = ()> + use<> {
        let Accepted {
            stream,
            peer,
            client,
        } = accepted;
        let (router, own) = (self.router.clone(), Arc::clone(&slot));
        let limits = self.limits.clone();
        let serving = async move {
            let protocol = Protocol::detect(&stream, limits.head_timeout);
            let Some(protocol) = served.closing.run_until_cancelled(protocol).await else {
                return;
            };
            match protocol {
                Protocol::None => return,
                Protocol::Http2 => {
                    let message = (served.on_bad)(BadConnection::Http2, peer);
                    return http2::reject(stream, &message).await;
                }
                Protocol::Tls => {
                    (served.on_bad)(BadConnection::Tls, peer);
                }
                Protocol::Http1 => {}
            }
            let connection = http1(stream, peer, &limits, (router, own));
            // Errors are those of the client: malformed requests, or timeouts.
            let ended = served.watcher.watch(connection).await;
            if let Err(error) = ended
                && error.is_parse()
                && protocol != Protocol::Tls
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

/// The state that connections share.
struct Served {
    watcher: Watcher,
    closing: CancellationToken,
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

/// Logs evicted connections.
struct Evictions {
    connections: usize,
    counted: u64,
    log: LogLimit,
}

impl Evictions {
    fn new(connections: usize) -> Self {
        Self {
            connections,
            counted: 0,
            log: LogLimit::default(),
        }
    }

    fn update(&mut self, evicted: u64) {
        let added = evicted - std::mem::replace(&mut self.counted, evicted);
        if let Some(Admitted { count, .. }) = self.log.admit_many("evicted", added) {
            tracing::warn!(
                connections = self.connections,
                evicted = count,
                "all connections are in use; evicted waiting ones"
            );
        }
    }
}

/// Accepts the next connection of a client within its limit. Others are closed at once, because a
/// waiting connection would take an open file.
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
                // Otherwise small responses may wait for an acknowledgement.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) if is_of_client(&error) => {}
            Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
        }
    }
}

/// Returns whether an error concerns one client and not the listening socket.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
