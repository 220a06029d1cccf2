//! The routes. Each module extracts input, calls one service and builds the response.

mod accounts;
mod activities;
mod auth;
mod events;
mod feeds;
mod health;
mod messages;
mod paging;
mod reactions;
mod sidebar;

use axum::Router;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{And, NotForContentType, Predicate as _, SizeAbove},
    },
};

pub(crate) use events::EVENTS_PATH;
pub(crate) use health::Health;

use crate::{AppState, openapi};

/// Shorter responses are sent as they are.
const MIN_COMPRESSED_BYTES: u16 = 1024;

/// Returns all routes.
pub(crate) fn all() -> Router<AppState> {
    Router::new()
        .merge(health::routes())
        .merge(feeds::routes())
        .merge(activities::routes())
        .merge(reactions::routes())
        .merge(messages::routes())
        .merge(events::routes())
        .merge(sidebar::routes())
        .merge(auth::routes())
        .merge(accounts::routes())
        .merge(openapi::routes())
}

/// Compresses the responses of a route. Use it only for public data.
///
/// The length of a compressed response reveals how similar its parts are. A response with private data
/// and text of another user, such as a conversation, would reveal the private data to someone who
/// sends many texts and observes the lengths (BREACH).
fn compressed() -> CompressionLayer<And<SizeAbove, NotForContentType>> {
    CompressionLayer::new()
        // Brotli needs several times as much memory for each response.
        .no_br()
        .no_deflate()
        .no_zstd()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(MIN_COMPRESSED_BYTES).and(NotForContentType::SSE))
}
