use api_types::{Activity, Counts};

use crate::support::Api;

#[tokio::test]
async fn like_is_idempotent_and_can_be_undone() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("Like this.").await;
    let path = format!("/api/activities/{}/like", crud.uuid);
    for _ in 0..2 {
        let counts: Counts = londo.put(&path).await.json();
        assert_eq!((counts.likes_count, counts.liked), (1, true));
    }
    let counts: Counts = worf.put(&path).await.json();
    assert_eq!((counts.likes_count, counts.reposts_count), (2, 0));
    for _ in 0..2 {
        let counts: Counts = londo.delete(&path).await.json();
        assert_eq!((counts.likes_count, counts.liked), (1, false));
    }
}

#[tokio::test]
async fn repost_is_idempotent_and_can_be_undone() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("Repost this.").await;
    let path = format!("/api/activities/{}/repost", crud.uuid);
    for _ in 0..2 {
        let counts: Counts = worf.put(&path).await.json();
        assert_eq!((counts.reposts_count, counts.reposted), (1, true));
    }
    let counts: Counts = worf.delete(&path).await.json();
    assert_eq!((counts.reposts_count, counts.reposted), (0, false));
}

#[tokio::test]
async fn feed_marks_the_viewers_own_reactions_only() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("Like this.").await;
    londo
        .put(&format!("/api/activities/{}/like", crud.uuid))
        .await;
    londo
        .put(&format!("/api/activities/{}/repost", crud.uuid))
        .await;

    for (client, mine) in [(&londo, true), (&worf, false), (&api.visitor(), false)] {
        let feed: Vec<Activity> = client.get("/api/activities/home").await.json();
        assert_eq!((feed[0].liked, feed[0].reposted), (mine, mine));
        assert_eq!((feed[0].likes_count, feed[0].reposts_count), (1, 1));
    }
}
