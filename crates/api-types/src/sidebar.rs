//! The sidebar: trending hashtags.

use serde::{Deserialize, Serialize};

/// A hashtag from the response to `GET /api/trending`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendingTag {
    /// The most common spelling, without the `#`.
    pub tag: String,
    /// The number of cruds and replies with the hashtag that have not expired.
    pub cruds_count: u32,
}
