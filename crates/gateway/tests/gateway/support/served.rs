//! A gateway with its sockets, for tests that need connections.

use std::net::SocketAddr;

use otel_web_gateway::{Config, Gateway};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};

use super::process::client;

pub(crate) struct Served {
    pub(crate) client: reqwest::Client,
    pub(crate) viewer_url: String,
    pub(crate) xray_address: Option<SocketAddr>,
    port: u16,
    serving: JoinHandle<()>,
    _dir: TempDir,
}

impl Served {
    pub(crate) async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.listen = "127.0.0.1:0".to_owned();
        config.db = dir.path().join("traces.db");
        configure(&mut config);
        let gateway = Gateway::start(&config).await.unwrap();
        Self {
            client: client(),
            viewer_url: gateway.viewer_url().to_owned(),
            xray_address: gateway.xray_address(),
            port: gateway.address().port(),
            serving: tokio::spawn(gateway.serve(std::future::pending())),
            _dir: dir,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// The address that accepts spans.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Opens a connection and sends `text`.
    pub(crate) async fn connect(&self, text: &str) -> Connection {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        Connection(stream)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(crate) struct Connection(TcpStream);

impl Connection {
    /// Returns what the gateway sends until the connection is closed or reset.
    pub(crate) async fn read_to_end(mut self) -> String {
        let mut received = Vec::new();
        let _ = self.0.read_to_end(&mut received).await;
        String::from_utf8_lossy(&received).into_owned()
    }
}
