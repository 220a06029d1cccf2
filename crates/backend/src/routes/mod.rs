//! The routes. Each module extracts input, calls one service and builds the response.

mod activities;
mod auth;
mod feeds;
mod health;
mod messages;
mod paging;
mod reactions;
mod sidebar;

use axum::Router;

use crate::AppState;

/// Returns all routes.
pub(crate) fn all() -> Router<AppState> {
    Router::new()
        .merge(health::routes())
        .merge(feeds::routes())
        .merge(activities::routes())
        .merge(reactions::routes())
        .merge(messages::routes())
        .merge(sidebar::routes())
        .merge(auth::routes())
}
