//! SQL statements and their CLIENT spans.

use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

use super::{Database, Query, Result};

const TRACER: &str = "cruddur-sql";

/// A statement whose values are all parameters, so that its text can be recorded in a span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement {
    operation: &'static str,
    collection: Option<&'static str>,
    text: &'static str,
    /// The text for PostgreSQL, if it differs.
    postgres: Option<&'static str>,
}

impl Statement {
    /// Creates a statement. `collection` is its main table.
    pub(crate) const fn new(
        operation: &'static str,
        collection: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            operation,
            collection: Some(collection),
            text,
            postgres: None,
        }
    }

    /// Creates a statement without a table, such as `COMMIT`.
    pub(crate) const fn control(operation: &'static str, text: &'static str) -> Self {
        Self {
            operation,
            collection: None,
            text,
            postgres: None,
        }
    }

    /// Sets a text for PostgreSQL. The parameters are the same.
    pub(crate) const fn on_postgres(mut self, text: &'static str) -> Self {
        self.postgres = Some(text);
        self
    }

    /// Returns a query without parameters.
    pub(crate) fn query(self) -> Query {
        Query::new(self)
    }

    /// Returns the text for this database.
    pub(super) fn text(self, database: Database) -> &'static str {
        match (database, self.postgres) {
            (Database::Postgres, Some(text)) => text,
            _ => self.text,
        }
    }

    /// Awaits the statement in its span. Outside of a span, as when demo data is written, no span is
    /// made.
    pub(super) async fn traced<T>(
        self,
        database: Database,
        statement: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let parent = Context::current();
        if !parent.has_active_span() {
            return statement.await;
        }
        let context = self.start(database, &parent);
        let result = statement.with_context(context.clone()).await;
        if let Err(error) = &result {
            record_error(error, &context);
        }
        context.span().end();
        result
    }

    fn start(self, database: Database, parent: &Context) -> Context {
        let tracer = global::tracer(TRACER);
        let span = tracer
            .span_builder(self.span_name())
            .with_kind(SpanKind::Client)
            .with_attributes(self.attributes(database));
        parent.with_span(span.start_with_context(&tracer, parent))
    }

    fn span_name(self) -> String {
        match self.collection {
            Some(collection) => format!("{} {collection}", self.operation),
            None => self.operation.to_owned(),
        }
    }

    fn attributes(self, database: Database) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new("db.system.name", database.system_name()),
            KeyValue::new("db.operation.name", self.operation),
            KeyValue::new("db.query.text", self.text(database)),
        ];
        if let Some(collection) = self.collection {
            attributes.push(KeyValue::new("db.collection.name", collection));
        }
        attributes
    }
}

fn record_error(error: &sqlx::Error, context: &Context) {
    let span = context.span();
    let code = error.as_database_error().and_then(|error| error.code());
    if let Some(code) = &code {
        span.set_attribute(KeyValue::new("db.response.status_code", code.to_string()));
    }
    let kind = code.map_or_else(|| "sqlx::Error".to_owned(), |code| code.into_owned());
    span.set_attribute(KeyValue::new("error.type", kind));
    span.set_status(Status::error(error.to_string()));
}
