//! Connections to either database.

use std::ops::{Deref, DerefMut};

use sqlx::{
    Arguments, Postgres, Sqlite,
    pool::PoolConnection,
    postgres::{PgArguments, PgPool},
    sqlite::{SqliteArguments, SqlitePool},
};

use super::{Database, Result, Row, Value, postgres::nul};

/// A pool of connections for one purpose.
#[derive(Clone, Debug)]
pub(crate) enum Connections {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Connections {
    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(_) => Database::Sqlite,
            Self::Postgres(_) => Database::Postgres,
        }
    }

    /// Waits for a connection.
    pub(crate) async fn acquire(&self) -> Result<Connection> {
        match self {
            Self::Sqlite(pool) => pool.acquire().await.map(Connection::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Connection::Postgres),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// An acquired connection, which returns to its pool when dropped.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(_) => Database::Sqlite,
            Self::Postgres(_) => Database::Postgres,
        }
    }

    /// Closes the connection when it is dropped, instead of returning it to its pool.
    pub(crate) fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.close_on_drop(),
            Self::Postgres(connection) => connection.close_on_drop(),
        }
    }

    /// Executes a statement and returns the number of affected rows.
    pub(super) async fn execute(&mut self, text: &'static str, values: Vec<Value>) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(text, sqlite_arguments(values)?);
                let result = query.execute(&mut **connection).await?;
                Ok(result.rows_affected())
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(text, postgres_arguments(values)?);
                let result = query.execute(&mut **connection).await?;
                Ok(result.rows_affected())
            }
        }
    }

    pub(super) async fn fetch_all(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(text, sqlite_arguments(values)?);
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(text, postgres_arguments(values)?);
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    pub(super) async fn fetch_optional(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<Row>> {
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(text, sqlite_arguments(values)?);
                let row = query.fetch_optional(&mut **connection).await?;
                Ok(row.map(Row::Sqlite))
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(text, postgres_arguments(values)?);
                let row = query.fetch_optional(&mut **connection).await?;
                Ok(row.map(Row::Postgres))
            }
        }
    }
}

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value.map(nul::escape)),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// Where a query runs: on a connection of a pool, or on a connection that was acquired before.
#[derive(Debug)]
pub(crate) enum Executor<'c> {
    Pool(&'c Connections),
    Connection(&'c mut Connection),
}

impl<'c> Executor<'c> {
    /// Waits for a connection, unless there is one.
    pub(super) async fn acquire(self) -> Result<Acquired<'c>> {
        match self {
            Self::Pool(connections) => connections.acquire().await.map(Acquired::Owned),
            Self::Connection(connection) => Ok(Acquired::Borrowed(connection)),
        }
    }

    pub(super) fn database(&self) -> Database {
        match self {
            Self::Pool(connections) => connections.database(),
            Self::Connection(connection) => connection.database(),
        }
    }
}

impl<'c> From<&'c Connections> for Executor<'c> {
    fn from(connections: &'c Connections) -> Self {
        Self::Pool(connections)
    }
}

impl<'c> From<&'c mut Connection> for Executor<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::Connection(connection)
    }
}

/// A connection for one query.
#[derive(Debug)]
pub(super) enum Acquired<'c> {
    Owned(Connection),
    Borrowed(&'c mut Connection),
}

impl Deref for Acquired<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Borrowed(connection) => connection,
        }
    }
}

impl DerefMut for Acquired<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Borrowed(connection) => connection,
        }
    }
}
