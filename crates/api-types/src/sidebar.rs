//! What stands beside every feed.

use serde::{Deserialize, Serialize};

/// A hashtag in use, from `GET /api/trending`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendingTag {
    /// As people write it most, without the `#`.
    pub tag: String,
    /// Cruds and replies that carry it and have not expired.
    pub cruds_count: u32,
}
