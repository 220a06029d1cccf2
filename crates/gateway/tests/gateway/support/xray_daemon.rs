//! A fake X-Ray daemon that checks documents against the rules.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::{
    net::UdpSocket,
    time::{Duration, timeout},
};

use super::segment_document;

/// Long enough for a busy machine. Only a failing test reaches it.
const HEAR_WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct FakeDaemon {
    pub(crate) address: String,
    socket: UdpSocket,
}

impl FakeDaemon {
    pub(crate) async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub(crate) async fn at(address: &str) -> Self {
        let socket = UdpSocket::bind(address).await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        Self { address, socket }
    }

    /// Returns the next documents by id, each checked.
    pub(crate) async fn hear(&self, count: usize) -> BTreeMap<String, Value> {
        let mut documents = BTreeMap::new();
        while documents.len() < count {
            let mut buffer = vec![0; 65_536];
            let heard = timeout(HEAR_WITHIN, self.socket.recv(&mut buffer)).await;
            let length = heard.expect("a datagram").unwrap();
            let document = read(&buffer[..length]);
            let id = document["id"].as_str().unwrap().to_owned();
            assert!(
                documents.insert(id, document).is_none(),
                "a document came twice"
            );
        }
        documents
    }
}

fn read(datagram: &[u8]) -> Value {
    // X-Ray's 64 kB, and the payload limit of a datagram over IPv4.
    assert!(datagram.len() <= 65_507);
    let text = std::str::from_utf8(datagram).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let header: Value = serde_json::from_str(header).unwrap();
    assert_eq!(
        (&header["format"], &header["version"]),
        (&"json".into(), &1.into())
    );
    let document = serde_json::from_str(body).unwrap();
    if let Err(mistake) = segment_document::check(&document) {
        panic!("{mistake}");
    }
    document
}
