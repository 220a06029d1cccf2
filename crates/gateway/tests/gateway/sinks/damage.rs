//! A store that a disk has damaged.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use otel_web_gateway::{Config, Gateway, Otlp};
use prost::Message;
use tempfile::TempDir;

use super::done;
use crate::support::{FakeHoneycomb, PROTOBUF, TestGateway, request, span, trace_id};

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
    let fake = FakeHoneycomb::start([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, dir).await;
    let status = done(&gateway, "otlp").await;
    assert_eq!(fake.spans().len() as u64, status.sent);
    assert!(status.last_error.unwrap().contains("damaged in the store"));
    (gateway, status.sent, status.dropped["damaged"])
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

/// The size of the file that was put aside.
fn aside(dir: &TempDir) -> Option<u64> {
    let aside = paths(dir, ".db.damaged-").pop()?;
    Some(std::fs::metadata(aside).unwrap().len())
}

/// Files with this in their names.
fn paths(dir: &TempDir, part: &str) -> Vec<PathBuf> {
    let names = std::fs::read_dir(dir.path()).unwrap();
    let paths = names.map(|entry| entry.unwrap().path());
    let has_part = |path: &PathBuf| path.to_str().unwrap().contains(part);
    paths.filter(has_part).collect()
}

/// A gateway that opened a changed store, and the receiver of what waited there.
async fn opened_after(change: impl FnOnce(&mut Vec<u8>)) -> (TestGateway, FakeHoneycomb) {
    let (mut config, dir, size) = changed(change).await;
    let fake = FakeHoneycomb::start([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    // Nothing of what there was is thrown away.
    assert_eq!(aside(&dir), Some(size));
    (gateway, fake)
}

fn destroy_page(file: &mut [u8], page: usize) {
    file[page..page + 8].fill(0);
}

fn destroy_table(file: &mut [u8], table: &str) {
    destroy_page(file, root_page(file, table));
}

/// The page where a table begins, which the table of tables names by number.
fn root_page(file: &[u8], table: &str) -> usize {
    let copy = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(copy.path(), file).unwrap();
    let connection = rusqlite::Connection::open(copy.path()).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?";
    let page: usize = connection
        .query_row(sql, [table], |row| row.get(0))
        .unwrap();
    (page - 1) * PAGE
}

#[tokio::test]
async fn a_file_without_its_header_is_put_aside_and_a_new_one_takes_spans() {
    let (gateway, fake) = opened_after(|file| file[..16].fill(0)).await;
    assert_eq!(gateway.status().await.spans_kept, 0);
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(done(&gateway, "otlp").await.sent, 1);
    assert_eq!(fake.spans().len(), 1);
}

#[tokio::test]
async fn a_file_whose_list_of_traces_is_damaged_is_read_back_and_all_spans_are_delivered() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "trace");
    let (gateway, fake) = opened_after(change).await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS));
    assert_eq!(fake.spans().len(), usize::from(SPANS));
    let status = gateway.status().await;
    assert_eq!(status.traces_kept, u64::from(SPANS));
    assert_eq!(gateway.list("limit=1").await, [name(SPANS)]);
}

#[tokio::test]
async fn sinks_whose_places_are_damaged_begin_with_the_first_span() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "sink");
    let (gateway, fake) = opened_after(change).await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS));
    assert_eq!(fake.spans().len(), usize::from(SPANS));
}

#[tokio::test]
async fn a_span_that_was_damaged_as_well_is_still_said() {
    let change = |file: &mut Vec<u8>| {
        let place = place_of(file, 100);
        file[place + 50] ^= 1;
        destroy_table(file, "trace");
    };
    let (gateway, _) = opened_after(change).await;
    let status = done(&gateway, "otlp").await;
    assert_eq!(status.sent, u64::from(SPANS) - 1);
    assert_eq!(status.dropped["damaged"], 1);
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.listen = "127.0.0.1:0".to_owned();
    config.db = dir.path().join("thesis.txt");
    std::fs::write(&config.db, "On the migration of birds").unwrap();
    for _ in 0..2 {
        let error = Gateway::start(&config).await.unwrap_err().to_string();
        assert!(error.contains("no store of a gateway"), "{error}");
        assert!(error.contains("OTEL_WEB_GATEWAY_DB"), "{error}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.listen = "127.0.0.1:0".to_owned();
    config.db = dir.path().join("shop.db");
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    let order = "CREATE TABLE trace (parcel TEXT); INSERT INTO trace VALUES ('tea')";
    connection.execute_batch(order).unwrap();
    drop(connection);
    let before = std::fs::read(&config.db).unwrap();
    let error = Gateway::start(&config).await.unwrap_err().to_string();
    assert!(error.contains("no store of a gateway"), "{error}");
    assert_eq!(std::fs::read(&config.db).unwrap(), before);
}

#[tokio::test]
async fn a_store_of_another_version_is_kept_under_another_name() {
    let set_version = "PRAGMA user_version = 4";
    let (config, dir) = stopped().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    connection.execute_batch(set_version).unwrap();
    drop(connection);
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(gateway.status().await.spans_kept, 0);
    let kept = paths(&dir, ".db.version-4-").remove(0);
    let count = "SELECT count(*) FROM span";
    let connection = rusqlite::Connection::open(kept).unwrap();
    let spans: u8 = connection.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(spans, SPANS);
}

#[tokio::test]
async fn a_damaged_resource_costs_its_spans_nothing_else() {
    let flip = |file: &mut Vec<u8>| {
        let place = file.windows(4).position(|window| window == b"shop");
        file[place.unwrap()] ^= 1;
    };
    let (config, dir, _) = changed(flip).await;
    let mut config = config;
    let fake = FakeHoneycomb::start([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, dir).await;
    gateway
        .export(request("shop", vec![span(1, 201, "later")]))
        .await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS) + 1);
    assert_eq!(fake.spans().len(), usize::from(SPANS) + 1);
}

#[tokio::test]
async fn who_ends_the_gateway_while_it_reads_back_finds_all_of_it_at_the_next_start() {
    let (config, dir, _) = changed(|file| destroy_table(file, "trace")).await;
    let new = config.db.with_extension("db.new");
    // An unfinished replacement beside the damaged store.
    std::fs::write(&new, "half").unwrap();
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(gateway.status().await.spans_kept, u64::from(SPANS));
    // A finished one whose turn had come.
    let (config, dir) = gateway.stop().await;
    std::fs::rename(&config.db, &new).unwrap();
    let gateway = TestGateway::open(config, dir).await;
    assert_eq!(gateway.status().await.spans_kept, u64::from(SPANS));
    assert!(!new.exists());
}

#[tokio::test]
async fn damage_that_shows_when_a_span_is_stored_is_mended_by_the_next_start() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "trace_by_start");
    let (mut config, dir, _) = changed(change).await;
    let fake = FakeHoneycomb::start([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(aside(&dir), None);
    let more = request("shop", vec![span(250, 1, "a")]);
    let answer = gateway.post(PROTOBUF, more.encode_to_vec()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "1")
    );

    let gateway = gateway.restart_with(|_| {}).await;
    assert!(aside(&dir).is_some());
    gateway.export(more).await;
    done(&gateway, "otlp").await;
    assert_eq!(fake.spans().len(), usize::from(SPANS) + 1);
}
