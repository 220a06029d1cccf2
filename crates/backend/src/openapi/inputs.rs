//! The limits of parameters and of the fields of requests, as schemas.
//!
//! A schema cannot express all rules. A text with invisible characters only, for example, fits its
//! schema and is blank.

use std::ops::RangeInclusive;

use api_types::{
    Ttl,
    limits::{
        BIO_MAX_CHARS, CRUD_MAX_CHARS, DIRECT_MESSAGE_MAX_CHARS, DISPLAY_NAME_MAX_CHARS,
        PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, REPLY_MAX_CHARS, SEARCH_TERM_MAX_CHARS,
    },
};
use utoipa::openapi::{
    Object, Type,
    schema::{ObjectBuilder, SchemaType},
};

pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A text with a visible character.
const NOT_BLANK: &str = r"\S";
/// A time in milliseconds and a UUID.
const CURSOR: &str = "^[0-9]{1,18}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/// ASCII without spaces, quotes, commas and backslashes.
const KEY: &str = r"^[!#-+\--\[\]-~]{1,255}$";

/// Returns the schema of a parameter.
pub(super) fn parameter(name: &str) -> Object {
    match name {
        "before" | "after" => text().pattern(Some(CURSOR)),
        "term" => not_blank(1..=SEARCH_TERM_MAX_CHARS),
        IDEMPOTENCY_KEY => text().pattern(Some(KEY)),
        _ => text(),
    }
    .build()
}

/// Returns the schema of a field of a request, unless its type says everything.
pub(super) fn field(request: &str, name: &str) -> Option<Object> {
    let builder = match (request, name) {
        ("NewActivity", "message") => not_blank(1..=CRUD_MAX_CHARS),
        ("NewReply", "message") => not_blank(1..=REPLY_MAX_CHARS),
        ("NewMessage", "message") => not_blank(1..=DIRECT_MESSAGE_MAX_CHARS),
        (_, "ttl") => text().enum_values(Some(Ttl::ALL.map(|ttl| ttl.to_string()))),
        (_, "display_name") => not_blank(1..=DISPLAY_NAME_MAX_CHARS),
        (_, "bio") => nullable_text().max_length(Some(BIO_MAX_CHARS)),
        ("SignIn", "password") => text().min_length(Some(1)),
        (_, "password") => length(text(), PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS),
        (_, "email" | "code" | "handle" | "user_receiver_handle") => {
            text().min_length(Some(1)).pattern(Some(NOT_BLANK))
        }
        _ => return None,
    };
    Some(builder.build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn nullable_text() -> ObjectBuilder {
    let either = SchemaType::Array(vec![Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(either)
}

fn not_blank(chars: RangeInclusive<usize>) -> ObjectBuilder {
    length(text(), chars).pattern(Some(NOT_BLANK))
}

fn length(text: ObjectBuilder, chars: RangeInclusive<usize>) -> ObjectBuilder {
    text.min_length(Some(*chars.start()))
        .max_length(Some(*chars.end()))
}
