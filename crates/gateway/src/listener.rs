//! Takes connections: so many at once, and none that dawdles.
//!
//! A connection without a complete request head within the time that [`Limits`] gives is
//! closed, an idle one too. When all places are taken, further connections wait in the
//! system's queue instead of in this process's memory.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};
use tower_service::Service;

use crate::{config::Limits, stop::Stopping};

/// After an error that concerns the socket and not a client, such as too many open files.
const RECOVER: Duration = Duration::from_millis(200);

/// Who is at the other end of the connection that a request came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

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
        let places = Arc::new(Semaphore::new(self.limits.connections.max(1)));
        let open = GracefulShutdown::new();
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await.ok();
                (accept(&self.socket).await, place)
            };
            let ((stream, peer), place) = tokio::select! {
                next = next => next,
                () = stopping.clone().signal() => break,
            };
            let served = self.connection(stream, peer, open.watcher());
            tokio::spawn(async move {
                served.await;
                drop(place);
            });
        }
        drop(self.socket);
        open.shutdown().await;
    }

    fn connection(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + use<> {
        let router = self.router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.read_within)
            .serve_connection(TokioIo::new(stream), service);
        async move {
            // It ends with an error when the client does something odd, which is its own affair.
            let _ = watcher.watch(connection).await;
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
