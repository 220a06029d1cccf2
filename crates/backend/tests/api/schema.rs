//! The schemas of both databases.

use crate::support::Api;

/// The index for searches has tables of its own.
const OF_FILE: &str = "SELECT t.name || '.' || c.name FROM sqlite_master AS t \
                       JOIN pragma_table_info(t.name) AS c \
                       WHERE t.type = 'table' AND t.name NOT LIKE 'activities_text%' ORDER BY 1";

/// PostgreSQL has a table for its version, and a column for the index.
const OF_SERVER: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns \
                         WHERE table_schema = 'public' AND table_name <> 'schema_version' \
                         AND NOT (table_name = 'activity_search' AND column_name = 'grams') \
                         ORDER BY (table_name || '.' || column_name) COLLATE \"C\"";

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let api = Api::start().await;
    let of_file = Api::on_file().await.texts(OF_FILE).await;
    assert!(of_file.contains(&"users.handle".to_owned()), "{of_file:?}");
    if api.database.is_postgres() {
        assert_eq!(api.texts(OF_SERVER).await, of_file);
    }
}
