//! A statement with its parameters, ready to run.

use super::{Executor, FromRow, Result, Statement, Value};

/// A statement with its parameters.
#[derive(Debug)]
pub(crate) struct Query {
    statement: Statement,
    values: Vec<Value>,
}

impl Query {
    pub(super) fn new(statement: Statement) -> Self {
        Self {
            statement,
            values: Vec::new(),
        }
    }

    /// Binds the next parameter: the first call binds `$1`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs the statement in its span, and returns the number of affected rows.
    pub(crate) async fn execute<'c>(self, executor: impl Into<Executor<'c>>) -> Result<u64> {
        let (executor, statement) = (executor.into(), self.statement);
        let database = executor.database();
        let run = async {
            let mut connection = executor.acquire().await?;
            connection
                .execute(statement.text(database), self.values)
                .await
        };
        statement.traced(database, run).await
    }

    /// Runs the statement in its span, and returns all rows.
    pub(crate) async fn fetch_all<'c, T: FromRow>(
        self,
        executor: impl Into<Executor<'c>>,
    ) -> Result<Vec<T>> {
        let (executor, statement) = (executor.into(), self.statement);
        let database = executor.database();
        let run = async {
            let mut connection = executor.acquire().await?;
            let rows = connection
                .fetch_all(statement.text(database), self.values)
                .await?;
            rows.iter().map(T::from_row).collect()
        };
        statement.traced(database, run).await
    }

    /// Runs the statement in its span, and returns its first row, if there is one.
    pub(crate) async fn fetch_optional<'c, T: FromRow>(
        self,
        executor: impl Into<Executor<'c>>,
    ) -> Result<Option<T>> {
        let (executor, statement) = (executor.into(), self.statement);
        let database = executor.database();
        let run = async {
            let mut connection = executor.acquire().await?;
            let row = connection
                .fetch_optional(statement.text(database), self.values)
                .await?;
            row.as_ref().map(T::from_row).transpose()
        };
        statement.traced(database, run).await
    }

    /// Runs the statement in its span, and returns its first row.
    pub(crate) async fn fetch_one<'c, T: FromRow>(
        self,
        executor: impl Into<Executor<'c>>,
    ) -> Result<T> {
        let row = self.fetch_optional(executor).await?;
        row.ok_or(sqlx::Error::RowNotFound)
    }
}
