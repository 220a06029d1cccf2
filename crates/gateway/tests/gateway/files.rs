//! The files that the gateway accepts as its store.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use otel_web_gateway::{Config, Gateway};

use crate::support::{TestGateway, request, span};

/// Returns the error of starting a gateway on this file.
async fn start_error(db: &Path) -> String {
    let mut config = Config::default();
    config.listen = "127.0.0.1:0".to_owned();
    config.db = db.to_owned();
    let error = Gateway::start(&config).await.unwrap_err();
    format!("{:#}", anyhow::Error::new(error))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn file_of_another_format_is_rejected_and_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let thesis = dir.path().join("thesis.txt");
    std::fs::write(&thesis, "On the migration of birds").unwrap();
    for _ in 0..2 {
        let error = start_error(&thesis).await;
        assert!(error.contains("not a gateway's store"), "{error}");
        assert!(error.contains("OTEL_WEB_GATEWAY_DB"), "{error}");
    }
    assert_eq!(files(dir.path()), [thesis]);
}

#[tokio::test]
async fn database_of_another_program_is_rejected_and_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let shop = dir.path().join("shop.db");
    let connection = rusqlite::Connection::open(&shop).unwrap();
    let order = "CREATE TABLE trace (parcel TEXT); INSERT INTO trace VALUES ('tea')";
    connection.execute_batch(order).unwrap();
    drop(connection);
    let before = std::fs::read(&shop).unwrap();
    let error = start_error(&shop).await;
    assert!(error.contains("not a gateway's store"), "{error}");
    assert_eq!(std::fs::read(&shop).unwrap(), before);
}

/// Spans show the actions of users.
#[cfg(unix)]
#[tokio::test]
async fn files_of_the_store_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let open_to_others = |folder: &Path| {
        let is_open = |path: &PathBuf| path.metadata().unwrap().permissions().mode() & 0o077 != 0;
        files(folder)
            .into_iter()
            .filter(is_open)
            .collect::<Vec<_>>()
    };
    let none: [PathBuf; 0] = [];
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let folder = gateway.folder();
    assert!(files(folder).len() >= 4, "{:?}", files(folder));
    assert_eq!(open_to_others(folder), none);

    // Files of an earlier build may be public, and of another version.
    let (config, dir) = gateway.stop().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    connection.execute_batch("PRAGMA user_version = 4").unwrap();
    drop(connection);
    for file in files(dir.path()) {
        let everyone = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(file, everyone).unwrap();
    }
    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(open_to_others(dir.path()), none);
}

#[tokio::test]
async fn store_of_another_version_is_backed_up() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let (config, dir) = gateway.stop().await;
    let connection = rusqlite::Connection::open(&config.db).unwrap();
    connection.execute_batch("PRAGMA user_version = 4").unwrap();
    drop(connection);

    let gateway = TestGateway::open(config, Arc::clone(&dir)).await;
    assert_eq!(gateway.status().await.spans_kept, 0);
    let is_backup = |path: &PathBuf| path.to_str().unwrap().contains(".db.version-4-");
    let backup = files(dir.path()).into_iter().find(is_backup).unwrap();
    let count = "SELECT count(*) FROM span";
    let connection = rusqlite::Connection::open(backup).unwrap();
    let spans: u8 = connection.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(spans, 1);
}
