//! An X-Ray daemon's socket that checks what it hears against the segment document rules.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::{
    net::UdpSocket,
    time::{Duration, timeout},
};

/// Long enough for a busy machine; reached only when a test fails.
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

    /// The next documents, by id, each checked.
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
    assert!(datagram.len() <= 64 << 10);
    let text = std::str::from_utf8(datagram).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let header: Value = serde_json::from_str(header).unwrap();
    assert_eq!(
        (&header["format"], &header["version"]),
        (&"json".into(), &1.into())
    );
    let document = serde_json::from_str(body).unwrap();
    check(&document);
    document
}

/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.
fn check(document: &Value) {
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    assert!(hex(text("id"), 16), "id: {document}");
    let parts: Vec<_> = text("trace_id").split('-').collect();
    let is_id = parts.len() == 3 && parts[0] == "1" && hex(parts[1], 8) && hex(parts[2], 24);
    assert!(is_id, "trace_id: {document}");
    let name = text("name");
    let allowed = |char: char| {
        char.is_alphanumeric() || char.is_whitespace() || "_.:/%&#=+\\-@".contains(char)
    };
    assert!(
        !name.is_empty() && name.chars().count() <= 200 && name.chars().all(allowed),
        "{name}"
    );
    assert!(
        document["start_time"].as_f64() <= document["end_time"].as_f64(),
        "{document}"
    );
    if text("type") == "subsegment" {
        assert!(
            hex(text("parent_id"), 16),
            "a subsegment has a parent: {document}"
        );
    }
    let annotations = document["annotations"].as_object();
    assert!(
        annotations.is_none_or(|annotations| annotations.len() <= 50),
        "{document}"
    );
}
