//! The schemas of both databases.

use api_types::Activity;
use sqlx::{Connection, PgConnection};

use crate::support::{Api, messages, now};

/// The statement of the version before the migration 0002, as it was.
const FORMER_INSERT_CRUD: &str = "INSERT INTO activities (uuid, user_id, message, created_at, expires_at, words) \
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

const FORMER_INSERT_REPLY: &str = "INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id, words) \
     SELECT $1, $2, $3, $4, expires_at, id, $6 FROM activities \
     WHERE uuid = $5 AND expires_at > $4 FOR NO KEY UPDATE RETURNING id";

const ONE_DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The index for searches has tables of its own.
const OF_FILE: &str = "SELECT t.name || '.' || c.name FROM sqlite_master AS t \
                       JOIN pragma_table_info(t.name) AS c \
                       WHERE t.type = 'table' AND t.name NOT LIKE 'activities_text%' ORDER BY 1";

/// PostgreSQL has a table for its version, a column for the index, and a column for the former version.
const OF_SERVER: &str = "SELECT table_name || '.' || column_name FROM information_schema.columns \
                         WHERE table_schema = 'public' AND table_name <> 'schema_version' \
                         AND NOT (table_name = 'activity_search' AND column_name = 'grams') \
                         AND NOT (table_name = 'activities' AND column_name = 'words') \
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

/// A back end of the former version runs until it is replaced, and after the first new one has migrated.
#[tokio::test]
async fn statements_of_the_former_version_still_work() {
    let api = Api::start().await;
    if !api.database.is_postgres() {
        // A file has one back end.
        return;
    }
    api.state.index_backlog().await;
    let worf = api
        .number("SELECT id FROM users WHERE handle = 'worf'")
        .await;
    let crud = "0191a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";
    let created_at = now().as_millis();
    let mut connection = PgConnection::connect(&api.database.url()).await.unwrap();
    let _id: i64 = sqlx::query_scalar(FORMER_INSERT_CRUD)
        .bind(crud)
        .bind(worf)
        .bind("A former yamok")
        .bind(created_at)
        .bind(created_at + ONE_DAY_MS)
        .bind(" a former yamok ")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let _id: i64 = sqlx::query_scalar(FORMER_INSERT_REPLY)
        .bind("0191a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6c")
        .bind(worf)
        .bind("Yamok sauce")
        .bind(created_at + 1)
        .bind(crud)
        .bind(" yamok sauce ")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let found = "/api/activities/search?term=yamok";
    assert!(
        api.visitor()
            .get(found)
            .await
            .json::<Vec<Activity>>()
            .is_empty()
    );
    api.state.index_backlog().await;
    let found: Vec<Activity> = api.visitor().get(found).await.json();
    assert_eq!(messages(&found), ["Yamok sauce", "A former yamok"]);
    assert_eq!(found[1].replies_count, 1);
}
