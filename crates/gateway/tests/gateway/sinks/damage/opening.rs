//! Recovery of a damaged store at the start of the gateway.

use std::{path::PathBuf, sync::Arc};

use otel_web_gateway::Otlp;
use prost::Message;
use tempfile::TempDir;

use super::{PAGE, SPANS, changed, destroy_page, name, offset_of};
use crate::{
    sinks::done,
    support::{FakeHoneycomb, PROTOBUF, TestGateway, request, span},
};

/// Returns the size of the damaged file's backup.
fn backup_size(dir: &TempDir) -> Option<u64> {
    let names = std::fs::read_dir(dir.path()).unwrap();
    let mut paths = names.map(|entry| entry.unwrap().path());
    let is_backup = |path: &PathBuf| path.to_str().unwrap().contains(".db.damaged-");
    let backup = paths.find(is_backup)?;
    Some(std::fs::metadata(backup).unwrap().len())
}

/// Returns a gateway that opened a changed store, and the receiver of the waiting spans.
async fn opened_after(change: impl FnOnce(&mut Vec<u8>)) -> (TestGateway, FakeHoneycomb) {
    let (mut config, dir, size) = changed(change).await;
    let fake = FakeHoneycomb::collector([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    // The damaged file is kept.
    assert_eq!(backup_size(&dir), Some(size));
    (gateway, fake)
}

fn destroy_table(file: &mut [u8], table: &str) {
    destroy_page(file, root_page(file, table));
}

/// Returns the offset of a table's first page, whose number is in `sqlite_schema`.
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
async fn file_without_header_is_backed_up_and_replaced() {
    let (gateway, fake) = opened_after(|file| file[..16].fill(0)).await;
    assert_eq!(gateway.status().await.spans_kept, 0);
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(done(&gateway, "otlp").await.sent, 1);
    assert_eq!(fake.spans().len(), 1);
}

#[tokio::test]
async fn all_spans_are_recovered_from_a_damaged_trace_table() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "trace");
    let (gateway, fake) = opened_after(change).await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS));
    assert_eq!(fake.spans().len(), usize::from(SPANS));
    let status = gateway.status().await;
    assert_eq!(status.traces_kept, u64::from(SPANS));
    assert_eq!(gateway.list("limit=1").await, [name(SPANS)]);
}

#[tokio::test]
async fn sinks_with_damaged_cursors_start_at_the_first_span() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "sink");
    let (gateway, fake) = opened_after(change).await;
    assert_eq!(done(&gateway, "otlp").await.sent, u64::from(SPANS));
    assert_eq!(fake.spans().len(), usize::from(SPANS));
}

#[tokio::test]
async fn damaged_span_is_still_counted_after_recovery() {
    let change = |file: &mut Vec<u8>| {
        let offset = offset_of(file, 100);
        file[offset + 50] ^= 1;
        destroy_table(file, "trace");
    };
    let (gateway, _) = opened_after(change).await;
    let status = done(&gateway, "otlp").await;
    assert_eq!(status.sent, u64::from(SPANS) - 1);
    assert_eq!(status.dropped["damaged"], 1);
}

#[tokio::test]
async fn interrupted_recovery_is_finished_at_the_next_start() {
    let (config, dir, _) = changed(|file| destroy_table(file, "trace")).await;
    let new = config.db.with_extension("db.new");
    // An incomplete replacement beside the damaged store.
    std::fs::write(&new, "half").unwrap();
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(gateway.status().await.spans_kept, u64::from(SPANS));
    // A complete replacement that was not renamed yet.
    let (config, dir) = gateway.stop().await;
    std::fs::rename(&config.db, &new).unwrap();
    let gateway = TestGateway::open(config, dir).await;
    assert_eq!(gateway.status().await.spans_kept, u64::from(SPANS));
    assert!(!new.exists());
}

#[tokio::test]
async fn damage_found_while_storing_is_recovered_at_the_next_start() {
    let change = |file: &mut Vec<u8>| destroy_table(file, "trace_by_start");
    let (mut config, dir, _) = changed(change).await;
    let fake = FakeHoneycomb::collector([]).await;
    config.otlp = Some(Otlp::new(&fake.url));
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(backup_size(&dir), None);
    let more = request("shop", vec![span(250, 1, "a")]);
    let answer = gateway.post(PROTOBUF, more.encode_to_vec()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, "1")
    );

    let gateway = gateway.restart_with(|_| {}).await;
    assert!(backup_size(&dir).is_some());
    gateway.export(more).await;
    done(&gateway, "otlp").await;
    assert_eq!(fake.spans().len(), usize::from(SPANS) + 1);
}
