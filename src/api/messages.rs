//! Direct messages and conversations.

use api_types::{Message, MessageGroup, MessagesRead, NewMessage, Timestamp, UnreadConversations};
use otel_web::fetch::{Request, RequestBuilder};
use serde::de::DeserializeOwned;
use urlencoding::encode;

use super::ApiResult;
use super::idempotency::with_key;
use super::response::{self, json, with_body};

/// One page of conversations or messages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MessagePage<T> {
    pub(crate) items: Vec<T>,
    /// The URL of the next page; `None` on the last page.
    pub(crate) next: Option<String>,
}

/// Fetches the conversations with the newest messages.
pub(crate) async fn groups() -> ApiResult<MessagePage<MessageGroup>> {
    page(Request::get("/api/message_groups").url_template("/api/message_groups")).await
}

/// Fetches the page of conversations at `next`.
pub(crate) async fn more_groups(next: &str) -> ApiResult<MessagePage<MessageGroup>> {
    page(Request::get(next).url_template("/api/message_groups")).await
}

/// Fetches the newest messages of the conversation with this user.
pub(crate) async fn conversation(handle: &str) -> ApiResult<MessagePage<Message>> {
    let request = Request::get(&format!("/api/messages/@{}", encode(handle)));
    page(request.url_template("/api/messages/@{handle}")).await
}

/// Fetches the page of messages at `next`.
pub(crate) async fn older(next: &str) -> ApiResult<MessagePage<Message>> {
    page(Request::get(next).url_template("/api/messages/@{handle}")).await
}

/// Sends a message. Requests with the same key send it only once.
pub(crate) async fn send(message: &NewMessage, key: &str) -> ApiResult<Message> {
    let request = Request::post("/api/messages").url_template("/api/messages");
    json(with_body(with_key(request, key), message)).await
}

/// Marks the messages of this user up to and including `until` as read.
pub(crate) async fn mark_read(handle: &str, until: Timestamp) -> ApiResult<UnreadConversations> {
    let read = MessagesRead { until: Some(until) };
    let request = Request::post(&format!("/api/messages/@{}/read", encode(handle)));
    let request = request.url_template("/api/messages/@{handle}/read");
    json(with_body(request, &read)).await
}

async fn page<T: DeserializeOwned>(request: RequestBuilder) -> ApiResult<MessagePage<T>> {
    let (items, next) = response::page(request.build()).await?;
    Ok(MessagePage { items, next })
}
