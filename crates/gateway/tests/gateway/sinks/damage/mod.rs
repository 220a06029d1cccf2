//! A store that a disk has damaged, and what waited there.

mod opening;

use std::{path::Path, sync::Arc};

use otel_web_gateway::{Config, Otlp};
use tempfile::TempDir;

use super::done;
use crate::support::{FakeHoneycomb, TestGateway, request, span, trace_id};

/// A few spans to a page of the database.
const NAME_BYTES: usize = 900;
const SPANS: u8 = 200;
const PAGE: usize = 4096;

fn name(id: u8) -> String {
    format!("{}{id:03}", "n".repeat(NAME_BYTES))
}

/// A store in which all spans wait for a sink, and no gateway runs.
async fn stopped() -> (Config, Arc<TempDir>) {
    let nobody = |config: &mut Config| config.otlp = Some(Otlp::new("http://127.0.0.1:9"));
    let gateway = TestGateway::start_with(nobody).await;
    for id in 1..=SPANS {
        gateway
            .export(request("shop", vec![span(id, id, &name(id))]))
            .await;
    }
    gateway.stop().await
}

/// Where a span's own row keeps its name: after the field's tag and the name's length.
fn place_of(file: &[u8], id: u8) -> usize {
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
    let place = place_of(&file, 100);
    change(&mut file, place);
    std::fs::write(db, file).unwrap();
}

async fn delivered_after(change: impl FnOnce(&mut [u8], usize)) -> (TestGateway, u64, u64) {
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

/// A store in one file, changed.
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
async fn a_flipped_bit_costs_one_span_which_is_said_and_the_rest_is_delivered() {
    let flip = |file: &mut [u8], place: usize| file[place + 50] ^= 1;
    let (gateway, sent, damaged) = delivered_after(flip).await;
    assert_eq!((sent, damaged), (u64::from(SPANS) - 1, 1));
    // The viewer does not show what nobody sent.
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
async fn a_destroyed_page_costs_its_spans_and_the_rest_is_delivered() {
    let destroy = |file: &mut [u8], place: usize| {
        destroy_page(file, place / PAGE * PAGE);
    };
    let (_, sent, damaged) = delivered_after(destroy).await;
    assert_eq!(sent + damaged, u64::from(SPANS));
    assert!((1..=8).contains(&damaged), "{damaged}");
}

#[tokio::test]
async fn a_damaged_resource_costs_its_spans_nothing_else() {
    let flip = |file: &mut Vec<u8>| {
        let place = file.windows(4).position(|window| window == b"shop");
        file[place.unwrap()] ^= 1;
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
