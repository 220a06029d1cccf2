//! A statement with its parameters, ready to run.

use super::{Executor, FromRow, Result, Statement, Value};

/// How often a statement runs that is the victim of deadlocks.
const MAX_ATTEMPTS: u32 = 3;
const DEADLOCK_DETECTED: &str = "40P01";

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
    ///
    /// Outside of a transaction, a statement that PostgreSQL chose as the victim of a deadlock runs
    /// again: it has changed nothing.
    pub(crate) async fn execute<'c>(self, executor: impl Into<Executor<'c>>) -> Result<u64> {
        let (executor, statement) = (executor.into(), self.statement);
        let database = executor.database();
        let text = statement.text(database);
        let run = async {
            match executor {
                Executor::Connection(connection) => connection.execute(text, self.values).await,
                Executor::Pool(connections) => {
                    for _ in 1..MAX_ATTEMPTS {
                        let mut connection = connections.acquire().await?;
                        match connection.execute(text, self.values.clone()).await {
                            Err(error) if is_deadlock(&error) => {}
                            result => return result,
                        }
                    }
                    let mut connection = connections.acquire().await?;
                    connection.execute(text, self.values).await
                }
            }
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

fn is_deadlock(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == DEADLOCK_DETECTED)
}
