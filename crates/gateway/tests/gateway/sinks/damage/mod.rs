//! A damaged store whose spans wait for a sink.

mod opening;

use std::{path::Path, sync::Arc};

use otel_web_gateway::{Config, Otlp};
use tempfile::TempDir;

use super::done;
use crate::support::{FakeHoneycomb, TestGateway, request, span, trace_id};

/// A few spans fit into a page of the database.
const NAME_BYTES: usize = 900;
const SPANS: u8 = 200;
const PAGE: usize = 8192;

fn name(id: u8) -> String {
    format!("{}{id:03}", "n".repeat(NAME_BYTES))
}

/// Returns the store of a stopped gateway, in which all spans wait for a sink.
async fn stopped() -> (Config, Arc<TempDir>) {
    let unreachable = |config: &mut Config| config.otlp = Some(Otlp::new("http://127.0.0.1:9"));
    let gateway = TestGateway::start_with(unreachable).await;
    for id in 1..=SPANS {
        gateway
            .export(request("shop", vec![span(id, id, &name(id))]))
            .await;
    }
    gateway.stop().await
}

/// Returns the offset of a span's name in its row, after the field's tag and the name's length.
fn offset_of(file: &[u8], id: u8) -> usize {
    let name = name(id);
    let length = name.len();
    let mut needle = vec![0x2a, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8];
    needle.extend(name.bytes());
    file.windows(needle.len())
        .position(|window| window == needle)
        .unwrap()
}

fn damage(db: &Path, change: impl FnOnce(&mut [u8], usize)) {
    let mut file = std::fs::read(db).unwrap();
    let offset = offset_of(&file, 100);
    change(&mut file, offset);
    std::fs::write(db, file).unwrap();
}

/// Damages the store, and delivers its spans. Returns the numbers of sent and damaged spans.
async fn deliver_after(change: impl FnOnce(&mut [u8], usize)) -> (TestGateway, u64, u64) {
    let (mut config, dir) = stopped().await;
    damage(&config.db, change);
    let fake = FakeHoneycomb::collector([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, dir).await;
    let status = done(&gateway, "otlp").await;
    assert_eq!(fake.spans().len() as u64, status.sent);
    assert!(status.last_error.unwrap().contains("damaged in the store"));
    (gateway, status.sent, status.dropped["damaged"])
}

/// Returns the store of a stopped gateway in a single file, after changing it.
async fn changed(change: impl FnOnce(&mut Vec<u8>)) -> (Config, Arc<TempDir>, u64) {
    let (config, dir) = stopped().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = DELETE")
        .unwrap();
    drop(connection);
    let mut file = std::fs::read(&config.db).unwrap();
    change(&mut file);
    std::fs::write(&config.db, &file).unwrap();
    (config, dir, file.len() as u64)
}

fn destroy_page(file: &mut [u8], page: usize) {
    file[page..page + 8].fill(0);
}

#[tokio::test]
async fn span_with_a_flipped_bit_is_dropped_as_damaged() {
    let flip = |file: &mut [u8], offset: usize| file[offset + 50] ^= 1;
    let (gateway, sent, damaged) = deliver_after(flip).await;
    assert_eq!((sent, damaged), (u64::from(SPANS) - 1, 1));
    // The viewer does not show the damaged span.
    assert_eq!(
        gateway
            .get(&format!("/api/traces/{}", trace_id(100)))
            .await
            .status,
        404
    );
    assert_eq!(
        gateway
            .get(&format!("/api/traces/{}", trace_id(99)))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn spans_of_a_destroyed_page_are_dropped_as_damaged() {
    let destroy = |file: &mut [u8], offset: usize| {
        destroy_page(file, offset / PAGE * PAGE);
    };
    let (_, sent, damaged) = deliver_after(destroy).await;
    assert_eq!(sent + damaged, u64::from(SPANS));
    assert!((1..=8).contains(&damaged), "{damaged}");
}

#[tokio::test]
async fn spans_of_a_damaged_resource_are_delivered() {
    let flip = |file: &mut Vec<u8>| {
        let offset = file.windows(4).position(|window| window == b"shop");
        file[offset.unwrap()] ^= 1;
    };
    let (config, dir, _) = changed(flip).await;
    let mut config = config;
    let fake = FakeHoneycomb::collector([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, dir).await;
    gateway
        .export(request("shop", vec![span(1, 201, "later")]))
        .await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS) + 1);
    assert_eq!(fake.spans().len(), usize::from(SPANS) + 1);
}
