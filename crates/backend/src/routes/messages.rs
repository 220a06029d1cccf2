//! Direct messages and conversations.

use api_types::{Message, MessageGroup, MessagesRead, NewMessage, UnreadConversations};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, Uri},
    response::AppendHeaders,
    routing::{get, post},
};
use serde::Deserialize;

use super::paging::{self, Link};
use crate::{
    AppState, Error,
    extract::{Body, PathSegment, QueryParams, SignedIn},
    idempotency::{IDEMPOTENT_REPLAYED, IdempotencyKey},
    services::{feeds::Cursor, messages},
};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/message_groups", get(groups))
        .route("/api/messages", post(create))
        .route("/api/messages/@{handle}", get(conversation))
        .route("/api/messages/@{handle}/read", post(mark_read))
}

/// The query of a page.
#[derive(Debug, Deserialize)]
struct PageQuery {
    before: Option<String>,
}

impl PageQuery {
    fn cursor(&self) -> Result<Cursor, Error> {
        paging::cursor(self.before.as_deref(), Cursor::newest())
    }
}

async fn groups(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    QueryParams(query): QueryParams<PageQuery>,
    uri: Uri,
) -> Result<(Link, Json<Vec<MessageGroup>>), Error> {
    let page = messages::groups(&state.db, &user, &query.cursor()?).await?;
    let link = paging::link(&uri, "before", page.next.as_ref());
    Ok((link, Json(page.items)))
}

async fn conversation(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    PathSegment(handle): PathSegment,
    QueryParams(query): QueryParams<PageQuery>,
    uri: Uri,
) -> Result<(Link, Json<Vec<Message>>), Error> {
    let page = messages::conversation(&state.db, &user, &handle, &query.cursor()?).await?;
    let link = paging::link(&uri, "before", page.next.as_ref());
    Ok((link, Json(page.items)))
}

/// A sent message, with a header if an earlier request sent it.
type SentResponse = (
    AppendHeaders<Option<(HeaderName, &'static str)>>,
    Json<Message>,
);

async fn create(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    key: Option<IdempotencyKey>,
    Body(new): Body<NewMessage>,
) -> Result<SentResponse, Error> {
    let sent = messages::create((&state.db, &state.live), &user, &new, key).await?;
    let replayed = sent.is_replayed.then_some((IDEMPOTENT_REPLAYED, "true"));
    Ok((AppendHeaders(replayed), Json(sent.message)))
}

async fn mark_read(
    State(state): State<AppState>,
    SignedIn(user): SignedIn,
    PathSegment(handle): PathSegment,
    Body(read): Body<MessagesRead>,
) -> Result<Json<UnreadConversations>, Error> {
    let unread = messages::mark_read(&state.db, &user, &handle, read.until).await?;
    Ok(Json(unread))
}
