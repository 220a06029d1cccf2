//! Compressed bodies: supported codings, damaged data and size limits.

use std::io::Write;

use prost::Message;
use serde_json::{Value, json};

use crate::support::{JSON, PROTOBUF, TestGateway, gzip, request, span, text};

fn one_span() -> Value {
    let span = json!({
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "0000000000000001",
        "name": "line 1",
    });
    json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Compress = fn(&[u8]) -> Vec<u8>;

const CODINGS: [(&str, Compress); 4] = [
    ("deflate", zlib),
    ("deflate", raw_deflate),
    ("zstd", zstd),
    ("gzip", gzip),
];

#[tokio::test]
async fn bodies_are_accepted_in_each_supported_compression() {
    let long = "x".repeat(300_000);
    for (coding, compress) in CODINGS {
        let gateway = TestGateway::start().await;
        let headers = [("content-encoding", coding)];
        let mut wordy = span(1, 2, "b");
        wordy.attributes = vec![text("long", &long)];
        let body = request("shop", vec![span(1, 1, "a"), wordy]).encode_to_vec();
        let answer = gateway.post_with(PROTOBUF, &headers, compress(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.len()),
            (200, 0),
            "{coding}"
        );
        let json = gateway.post_with(JSON, &headers, compress(one_span().to_string().as_bytes()));
        assert_eq!(json.await.json(), json!({}));
        assert_eq!(gateway.status().await.spans_kept, 3, "{coding}");
        let nothing = gateway.post_with(PROTOBUF, &headers, "").await;
        assert_eq!(nothing.status, 200, "{coding}");
    }
    // Consecutive frames are one body (RFC 8878, 3.1).
    let gateway = TestGateway::start().await;
    let json = one_span().to_string();
    let (first, second) = json.as_bytes().split_at(30);
    let frames = [zstd(first), zstd(second)].concat();
    let answer = gateway
        .post_with(JSON, &[("content-encoding", "zstd")], frames)
        .await;
    assert_eq!(answer.json(), json!({}));
}

#[tokio::test]
async fn damaged_compression_is_400_and_stores_nothing() {
    let body = one_span().to_string();
    for (coding, compress) in CODINGS {
        let good = compress(body.as_bytes());
        let more = [&good[..], b"more"].concat();
        let bad = [&good[..good.len() - 4], &good[..1], &more, body.as_bytes()];
        assert_damaged(coding, &bad).await;
    }
}

#[tokio::test]
async fn changed_byte_is_400_in_codings_with_a_checksum() {
    let with_checksum: [(&str, Compress); 3] = [("deflate", zlib), ("zstd", zstd), ("gzip", gzip)];
    for (coding, compress) in with_checksum {
        let mut changed = compress(one_span().to_string().as_bytes());
        let middle = changed.len() / 2;
        changed[middle] ^= 0xff;
        assert_damaged(coding, &[&changed]).await;
    }
}

async fn assert_damaged(coding: &str, bodies: &[&[u8]]) {
    let gateway = TestGateway::start().await;
    for body in bodies {
        let headers = [("content-encoding", coding)];
        let answer = gateway.post_with(JSON, &headers, body.to_vec()).await;
        assert_eq!(answer.status, 400, "{coding} {body:?}");
        assert!(!answer.json()["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(gateway.status().await.spans_kept, 0, "{coding}");
}

#[tokio::test]
async fn decompression_stops_at_the_limit() {
    for (coding, compress) in CODINGS {
        let gateway = TestGateway::start_with(|config| config.limits.body_bytes = 1000).await;
        let headers = [("content-encoding", coding)];
        let bomb = compress(&vec![b' '; 50_000_000]);
        let answer = gateway.post_with(JSON, &headers, bomb).await;
        assert_eq!(answer.status, 413, "{coding}");
        let empty = compress(&[]).repeat(1000);
        let answer = gateway.post_with(JSON, &headers, empty).await;
        // A second stream is an error in formats with a single one.
        assert!([400, 413].contains(&answer.status.as_u16()), "{coding}");
        let fits = compress(&[b' '; 900]);
        let answer = gateway.post_with(JSON, &headers, fits).await;
        assert_eq!(answer.status, 400, "{coding}");
    }
}

/// A zstd decoder allocates as much memory as the frame requests, up to gigabytes.
#[tokio::test]
async fn zstd_frame_with_a_large_window_is_rejected() {
    let gateway = TestGateway::start().await;
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder
        .write_all(one_span().to_string().as_bytes())
        .unwrap();
    let headers = [("content-encoding", "zstd")];
    let answer = gateway
        .post_with(JSON, &headers, encoder.finish().unwrap())
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(gateway.status().await.refused["damaged_compression"], 1);
}

#[tokio::test]
async fn unknown_compression_is_415_with_the_supported_ones() {
    let gateway = TestGateway::start().await;
    let answer = gateway
        .post_with(JSON, &[("content-encoding", "br")], "{}")
        .await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.header("accept-encoding"), "gzip, deflate, zstd");
}
