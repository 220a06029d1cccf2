//! A TCP proxy whose connections can go silent without closing, as after a failover.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

const BUFFER_BYTES: usize = 64 * 1024;

/// A proxy for the server of a URL.
pub(crate) struct Proxy {
    pub(crate) url: String,
    /// Counts the calls of [`Proxy::freeze`].
    frozen: watch::Sender<usize>,
}

impl Proxy {
    /// Starts a proxy. Connections that send this text can be frozen.
    pub(crate) async fn start(url: &str, mark: &'static str) -> Self {
        let mut url = url::Url::parse(url).unwrap();
        let host = url.host_str().unwrap();
        let target = format!("{host}:{}", url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        url.set_port(Some(port)).unwrap();
        let frozen = watch::Sender::new(0);
        let freezes = frozen.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&target).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let pipe = Pipe {
                    mark: mark.as_bytes(),
                    is_marked: Arc::default(),
                    freezes: freezes.subscribe(),
                };
                tokio::spawn(pipe.clone().copy(from_client, to_server));
                tokio::spawn(pipe.copy(from_server, to_client));
            }
        });
        Self {
            url: url.into(),
            frozen,
        }
    }

    /// Stops forwarding on the marked connections, which stay open. New ones work.
    pub(crate) fn freeze(&self) {
        self.frozen.send_modify(|count| *count += 1);
    }
}

/// One connection.
#[derive(Clone)]
struct Pipe {
    mark: &'static [u8],
    is_marked: Arc<AtomicBool>,
    freezes: watch::Receiver<usize>,
}

impl Pipe {
    async fn copy(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let length = tokio::select! {
                length = from.read(&mut buffer) => length.unwrap_or_default(),
                _ = self.freezes.changed() => {
                    if self.is_marked.load(Ordering::Relaxed) {
                        return std::future::pending().await;
                    }
                    continue;
                }
            };
            let bytes = &buffer[..length];
            if bytes.windows(self.mark.len()).any(|part| part == self.mark) {
                self.is_marked.store(true, Ordering::Relaxed);
            }
            if length == 0 || to.write_all(bytes).await.is_err() {
                return;
            }
        }
    }
}
