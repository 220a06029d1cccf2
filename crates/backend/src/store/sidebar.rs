//! The sidebar: trending hashtags and suggested users.

use api_types::{Timestamp, TrendingTag, UserSummary};

use super::{Pool, Result, Statement};

/// Each hashtag in its most common spelling, with the number of its cruds and replies.
const TRENDING: Statement = Statement::new(
    "SELECT",
    "activity_hashtags",
    "SELECT (SELECT label FROM activity_hashtags WHERE tag = h.tag \
             GROUP BY label ORDER BY count(*) DESC, label LIMIT 1), count(*) AS uses \
     FROM activity_hashtags AS h JOIN activities AS a ON a.id = h.activity_id \
     WHERE a.expires_at > $1 GROUP BY h.tag ORDER BY uses DESC, h.tag LIMIT $2",
);

/// Other accounts, most recently active first.
const SUGGESTED: Statement = Statement::new(
    "SELECT",
    "users",
    "SELECT u.handle, u.display_name FROM users AS u WHERE u.id IS DISTINCT FROM $1 \
     ORDER BY (SELECT max(created_at) FROM activities WHERE user_id = u.id) DESC NULLS LAST, \
     u.handle LIMIT $2",
);

/// Selects the most used hashtags.
pub(crate) async fn trending(pool: &Pool, now: Timestamp, max: u32) -> Result<Vec<TrendingTag>> {
    let query = TRENDING.query().bind(now).bind(max);
    let rows: Vec<(String, u32)> = query.fetch_all(pool.scanner()).await?;
    Ok(rows
        .into_iter()
        .map(|(tag, cruds_count)| TrendingTag { tag, cruds_count })
        .collect())
}

/// Selects accounts other than the viewer's.
pub(crate) async fn suggested(
    pool: &Pool,
    viewer_id: Option<i64>,
    max: u32,
) -> Result<Vec<UserSummary>> {
    let query = SUGGESTED.query().bind(viewer_id).bind(max);
    let rows: Vec<(String, String)> = query.fetch_all(pool.scanner()).await?;
    let user = |(handle, display_name)| UserSummary {
        handle,
        display_name,
    };
    Ok(rows.into_iter().map(user).collect())
}
