//! Takes connections: so many at once, and none that dawdles.
//!
//! A connection without a complete request head within the time that [`Limits`] gives is
//! closed, an idle one too, and sooner when its place is needed (see [`places`]). So is one
//! whose client does not read what it asked for (see [`timed_writes`]). When all connections
//! have a request at hand, further ones wait in the system's queue instead of in this
//! process's memory.

mod clients;
mod places;
mod timed_writes;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tower_service::Service;

use self::{
    clients::{Clients, Counted},
    places::{Answering, Arriving, Place, Places},
    timed_writes::TimedWrites,
};

use crate::{config::Limits, stop::Stopping};

/// After an error that concerns the socket and not a client, such as too many open files.
const RECOVER: Duration = Duration::from_millis(200);

/// What one connection is read ahead, and a request's head with its cookies at most: more
/// is 431. All connections together may take a thousand times that.
const READ_BYTES: usize = 64 * 1024;

/// Who is at the other end of the connection that a request came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A connection that a client may have.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    counted: Counted,
}

/// A socket and what is served there.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) router: Router,
    pub(crate) limits: Limits,
}

impl Listener {
    /// Serves until told to stop, and then until the requests at hand are answered.
    pub(crate) async fn serve(self, stopping: Stopping) {
        let places = Places::new(self.limits.connections);
        let clients = Clients::new(self.limits.connections_per_client);
        let open = GracefulShutdown::new();
        loop {
            let next = async {
                let accepted = accept_of(&self.socket, &clients).await;
                (accepted, places.take().await)
            };
            let (accepted, place) = tokio::select! {
                next = next => next,
                () = stopping.clone().signal() => break,
            };
            tokio::spawn(self.connection(accepted, place, open.watcher()));
        }
        drop(self.socket);
        open.shutdown().await;
    }

    fn connection(
        &self,
        accepted: Accepted,
        place: Arc<Place>,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + use<> {
        let Accepted {
            stream,
            peer,
            counted,
        } = accepted;
        let (router, own) = (self.router.clone(), Arc::clone(&place));
        let stream = TimedWrites::new(stream, self.limits.write_within);
        let service = service_fn(move |request: Request<Incoming>| {
            let busy = own.busy();
            let arriving = |body| Body::new(Arriving::new(body, Arc::clone(busy.place())));
            let mut request = request.map(arriving);
            request.extensions_mut().insert(Peer(peer));
            let answer = router.clone().call(request);
            async move {
                let answer = answer.await?;
                let is_events = is_event_stream(answer.headers());
                Ok::<_, Infallible>(answer.map(|body| Answering::new(body, busy, is_events)))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.read_within)
            .max_buf_size(READ_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        async move {
            tokio::select! {
                biased;
                // It ends with an error when the client does something odd, which is its own affair.
                _ = watcher.watch(connection) => {}
                () = place.needed() => {}
            }
            drop(counted);
        }
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"))
}

/// The next connection of a client that may have one more. Others are closed at once: to
/// wait, they would need the file that they are not to take.
async fn accept_of(socket: &TcpListener, clients: &Clients) -> Accepted {
    loop {
        let (stream, peer) = accept(socket).await;
        if let Some(counted) = clients.admit(peer.ip()) {
            return Accepted {
                stream,
                peer,
                counted,
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
            Err(error) if is_of_one_client(&error) => {}
            Err(_) => sleep(RECOVER).await,
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
