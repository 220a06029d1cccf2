//! The database of a test: a file, or a database on the server that `CRUDDUR_TEST_POSTGRES` names.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use cruddur_backend::{demo, store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The URL of a server without the name of a database. `cargo xtask test` sets it.
const VARIABLE: &str = "CRUDDUR_TEST_POSTGRES";
const FILE: &str = "cruddur.db";

/// A database with the demo data, which is deleted when it is dropped.
pub(crate) enum Database {
    File(TempDir),
    Server { server: String, name: String },
}

impl Database {
    /// Creates a database on the server, or without a server a file.
    pub(crate) async fn create() -> Self {
        match std::env::var(VARIABLE) {
            Ok(server) if !server.is_empty() => Self::on_server(server).await,
            _ => Self::file().await,
        }
    }

    /// Creates a file.
    pub(crate) async fn file() -> Self {
        static SEEDED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let directory = TempDir::new().unwrap();
        let seeded = SEEDED.get_or_init(seeded_file).await;
        std::fs::write(directory.path().join(FILE), seeded).unwrap();
        Self::File(directory)
    }

    async fn on_server(server: String) -> Self {
        static SEEDED: OnceCell<String> = OnceCell::const_new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let seeded = SEEDED.get_or_init(|| seeded_database(&server)).await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{seeded}_{number}");
        administer(&server, format!("CREATE DATABASE {name} TEMPLATE {seeded}")).await;
        Self::Server { server, name }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Server { .. })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(_) => format!("sqlite:{}", self.path().display()),
            Self::Server { server, name } => format!("{server}/{name}"),
        }
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::File(directory) => directory.path().join(FILE),
            Self::Server { .. } => panic!("the test needs a file: start the API with `on_file`"),
        }
    }

    /// Executes SQL on a connection without a deadline.
    pub(crate) async fn execute(&self, sql: impl Into<String>) {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        match self {
            Self::File(_) => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                query.execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Server { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                query.execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Selects one number.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        match self {
            Self::File(_) => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
                connection.close().await.unwrap();
                number.unwrap()
            }
            Self::Server { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
                connection.close().await.unwrap();
                number.unwrap()
            }
        }
    }

    /// Selects one column of texts.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        match self {
            Self::File(_) => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
                connection.close().await.unwrap();
                texts.unwrap()
            }
            Self::Server { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                let texts = sqlx::query_scalar(sql).fetch_all(&mut connection).await;
                connection.close().await.unwrap();
                texts.unwrap()
            }
        }
    }
}

impl Drop for Database {
    /// On a thread of its own, because the runtime of the test may be blocked by this.
    fn drop(&mut self) {
        if let Self::Server { server, name } = self {
            let (server, name) = (server.clone(), name.clone());
            let deletion = std::thread::spawn(move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let sql = format!("DROP DATABASE {name} WITH (FORCE)");
                let runtime = runtime.enable_all().build().unwrap();
                runtime.block_on(administer(&server, sql));
            });
            let deleted = deletion.join();
            assert!(deleted.is_ok() || std::thread::panicking());
        }
    }
}

/// Returns the bytes of a database with the demo data. Seeding takes longer than most tests.
async fn seeded_file() -> Vec<u8> {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join(FILE);
    seed(&format!("sqlite:{}", file.display())).await;
    std::fs::read(file).unwrap()
}

/// Creates the database that the others are copied from, and returns its name.
async fn seeded_database(server: &str) -> String {
    let name = format!("seeded_{}", std::process::id());
    administer(server, format!("CREATE DATABASE {name}")).await;
    seed(&format!("{server}/{name}")).await;
    name
}

async fn seed(url: &str) {
    let db = store::open(url).await.unwrap();
    demo::seed(&db).await.unwrap();
    db.close().await;
}

async fn administer(server: &str, sql: String) {
    let url = format!("{server}/postgres");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let query = sqlx::raw_sql(AssertSqlSafe(sql));
    query.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
