//! The operations. A route without one fails the test `each_route_is_documented`.

use api_types::{
    Activity, CodeRequest, Confirmation, Counts, Me, Message, MessageGroup, MessagesRead,
    NewActivity, NewMessage, NewReply, NotificationsRead, PasswordReset, Profile, ProfileUpdate,
    SessionInfo, SignIn, SignUp, TrendingTag, UnreadConversations, UserSummary,
};
use utoipa::openapi::{HttpMethod, Object, Schema, Type};

use super::{PATH, inputs::IDEMPOTENCY_KEY, operation::Operation, schemas::Schemas};
use crate::routes::{EVENTS_PATH, Health};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    [
        feeds(schemas),
        activities(schemas),
        reactions(schemas),
        messages(schemas),
        sidebar(schemas),
        sessions(schemas),
        accounts(schemas),
        server(schemas),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn get(path: &'static str, summary: &'static str) -> Operation {
    Operation::new(HttpMethod::Get, path, summary)
}

fn post(path: &'static str, summary: &'static str) -> Operation {
    Operation::new(HttpMethod::Post, path, summary)
}

fn put(path: &'static str, summary: &'static str) -> Operation {
    Operation::new(HttpMethod::Put, path, summary)
}

fn delete(path: &'static str, summary: &'static str) -> Operation {
    Operation::new(HttpMethod::Delete, path, summary)
}

fn feeds(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/activities/home", "The newest cruds")
            .query("before")
            .returns_list::<Activity>(schemas),
        get("/api/activities/@{handle}", "The cruds of an account")
            .query("before")
            .returns_list::<Activity>(schemas),
        get(
            "/api/activities/search",
            "The cruds and replies that contain all words",
        )
        .required_query("term")
        .query("before")
        .returns_list::<Activity>(schemas)
        .errors(&[422]),
        get("/api/activities/notifications", "The newest notifications")
            .signed_in()
            .returns_list::<Activity>(schemas),
        post(
            "/api/activities/notifications/read",
            "Marks notifications as read",
        )
        .signed_in()
        .accepts::<NotificationsRead>(schemas),
    ]
}

fn activities(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        post("/api/activities", "Posts a crud")
            .signed_in()
            .header(IDEMPOTENCY_KEY)
            .accepts::<NewActivity>(schemas)
            .returns::<Activity>(schemas)
            .errors(&[422]),
        get(
            "/api/activities/{uuid}",
            "A crud with a page of its replies",
        )
        .query("after")
        .returns_list::<Activity>(schemas),
        delete("/api/activities/{uuid}", "Deletes an own crud").signed_in(),
        post("/api/activities/{uuid}/reply", "Replies to a crud")
            .signed_in()
            .header(IDEMPOTENCY_KEY)
            .accepts::<NewReply>(schemas)
            .returns::<Activity>(schemas)
            .errors(&[422]),
    ]
}

fn reactions(schemas: &mut Schemas) -> Vec<Operation> {
    const LIKE: &str = "/api/activities/{uuid}/like";
    const REPOST: &str = "/api/activities/{uuid}/repost";
    [
        put(LIKE, "Likes a crud"),
        delete(LIKE, "Removes a like"),
        put(REPOST, "Reposts a crud"),
        delete(REPOST, "Removes a repost"),
    ]
    .into_iter()
    .map(|operation| operation.signed_in().returns::<Counts>(schemas))
    .collect()
}

fn messages(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get(
            "/api/message_groups",
            "The conversations, each with its last message",
        )
        .signed_in()
        .query("before")
        .returns_list::<MessageGroup>(schemas),
        get("/api/messages/@{handle}", "A conversation")
            .signed_in()
            .query("before")
            .returns_list::<Message>(schemas),
        post(
            "/api/messages/@{handle}/read",
            "Marks a conversation as read",
        )
        .signed_in()
        .accepts::<MessagesRead>(schemas)
        .returns::<UnreadConversations>(schemas),
        post("/api/messages", "Sends a direct message")
            .signed_in()
            .header(IDEMPOTENCY_KEY)
            .accepts::<NewMessage>(schemas)
            .returns::<Message>(schemas)
            .errors(&[404, 422]),
        get(EVENTS_PATH, "Live updates as server-sent events")
            .signed_in()
            .returns_content("text/event-stream", text())
            .errors(&[429]),
    ]
}

fn sidebar(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/users/@{handle}", "A profile").returns::<Profile>(schemas),
        get("/api/users/suggested", "Accounts to follow").returns_list::<UserSummary>(schemas),
        get("/api/trending", "The most used hashtags").returns_list::<TrendingTag>(schemas),
    ]
}

fn sessions(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        post("/api/auth/signin", "Signs in")
            .accepts::<SignIn>(schemas)
            .returns::<Me>(schemas)
            .errors(&[401, 422, 429]),
        post("/api/auth/signout", "Ends the session"),
        post(
            "/api/auth/signout-everywhere",
            "Ends all sessions of the account",
        )
        .signed_in(),
        get("/api/auth/me", "The signed-in account").returns_nullable::<Me>(schemas),
    ]
}

fn accounts(schemas: &mut Schemas) -> Vec<Operation> {
    const LIMITED: [u16; 2] = [422, 429];
    vec![
        post("/api/auth/signup", "Sends a code for a new account")
            .accepts::<SignUp>(schemas)
            .errors(&LIMITED),
        post("/api/auth/confirm", "Creates the account of a code")
            .accepts::<Confirmation>(schemas)
            .errors(&LIMITED),
        post("/api/auth/resend", "Sends the codes again")
            .accepts::<CodeRequest>(schemas)
            .errors(&LIMITED),
        post("/api/auth/recover", "Sends a code for a new password")
            .accepts::<CodeRequest>(schemas)
            .errors(&LIMITED),
        post(
            "/api/auth/reset",
            "Changes the password of a code's account",
        )
        .accepts::<PasswordReset>(schemas)
        .errors(&LIMITED),
        get("/api/auth/sessions", "The sessions of the account")
            .signed_in()
            .returns_list::<SessionInfo>(schemas),
        delete("/api/auth/sessions/{uuid}", "Ends a session").signed_in(),
        put("/api/profile", "Changes the profile")
            .signed_in()
            .accepts::<ProfileUpdate>(schemas)
            .returns::<Profile>(schemas)
            .errors(&[422]),
    ]
}

fn server(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get(
            "/api/health-check",
            "Whether the database can be read and written",
        )
        .returns::<Health>(schemas),
        get(PATH, "This document").returns_json(Schema::from(Object::with_type(Type::Object))),
    ]
}

fn text() -> Schema {
    Object::with_type(Type::String).into()
}
