use api_types::Activity;
use cruddur_backend::demo;

use crate::support::Api;

#[tokio::test]
async fn seeding_again_changes_nothing() {
    let api = Api::start().await;
    demo::seed(&api.db).await.unwrap();
    assert_eq!(api.number("SELECT count(*) FROM users").await, 5);
    let cruds = "SELECT count(*) FROM activities WHERE reply_to_id IS NULL";
    assert_eq!(api.number(cruds).await, 37);
}

#[tokio::test]
async fn expired_demo_cruds_are_inserted_again() {
    let api = Api::start().await;
    api.execute("UPDATE activities SET expires_at = 1").await;
    demo::seed(&api.db).await.unwrap();
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    assert_eq!(feed.len(), 20);
    assert_eq!(api.number("SELECT count(*) FROM users").await, 5);
}

#[tokio::test]
async fn database_with_other_accounts_gets_no_demo_data() {
    let api = Api::start().await;
    api.execute("DELETE FROM users WHERE handle <> 'worf'")
        .await;
    api.execute("DELETE FROM activities").await;
    demo::seed(&api.db).await.unwrap();
    assert_eq!(api.number("SELECT count(*) FROM users").await, 1);
    assert_eq!(api.number("SELECT count(*) FROM activities").await, 0);
}
