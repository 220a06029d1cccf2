//! The addresses: each file reads its requests, calls one service and writes the answer.

mod activities;
mod auth;
mod feeds;
mod health;
mod paging;
mod reactions;
mod sidebar;

use axum::Router;

use crate::AppState;

/// Every route.
pub(crate) fn all() -> Router<AppState> {
    Router::new()
        .merge(health::routes())
        .merge(feeds::routes())
        .merge(activities::routes())
        .merge(reactions::routes())
        .merge(sidebar::routes())
        .merge(auth::routes())
}
