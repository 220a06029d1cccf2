use api_types::{TrendingTag, UserSummary};

use crate::support::Api;

#[tokio::test]
async fn trending_hashtags_are_counted_in_any_spelling() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for message in ["#Gagh", "#gagh #GAGH", "#Gagh for lunch"] {
        worf.crud(message).await;
    }
    let trending: Vec<TrendingTag> = api.visitor().get("/api/trending").await.json();
    assert_eq!(trending[0].tag, "CloudProject");
    assert!(trending.is_sorted_by(|a, b| a.cruds_count >= b.cruds_count));
    assert!(trending.contains(&TrendingTag {
        tag: "Gagh".to_owned(),
        cruds_count: 3
    }));
}

#[tokio::test]
async fn suggested_users_do_not_include_the_viewer() {
    let api = Api::start().await;
    let suggested = async |handle: &str| {
        let users: Vec<UserSummary> = api
            .signed_in(handle)
            .await
            .get("/api/users/suggested")
            .await
            .json();
        users
            .into_iter()
            .map(|user| user.handle)
            .collect::<Vec<_>>()
    };
    let to_bayko = suggested("bayko").await;
    assert_eq!(to_bayko.len(), 3);
    assert!(!to_bayko.contains(&"bayko".to_owned()));
    assert!(suggested("worf").await.contains(&"bayko".to_owned()));
}
