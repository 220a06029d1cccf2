//! The OpenAPI document of the API, at `/api/openapi.json`.
//!
//! Its schemas are derived from the types of `api-types`. Its operations are listed in `operations`; a
//! test compares them with the routes of the router.

mod inputs;
mod operation;
mod operations;
mod schemas;

use std::sync::LazyLock;

use api_types::{Code, Problem};
use axum::{Router, http::header, routing::get};
use utoipa::openapi::{
    Components, Info, OpenApi, Paths,
    schema::ComponentsBuilder,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::AppState;
use schemas::Schemas;

const PATH: &str = "/api/openapi.json";
/// The name of the security scheme: a session, by its cookie.
const SESSION: &str = "session";
/// The name of the security scheme: a token of the configured issuer.
const BEARER: &str = "bearer";
const SESSION_COOKIE: &str = "cruddur_session";

/// The document as JSON. An error of the serializer would be an empty document, which a test excludes.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// Returns the route of the document.
pub(crate) fn routes() -> Router<AppState> {
    let json = [(header::CONTENT_TYPE, "application/json")];
    Router::new().route(PATH, get(async move || (json, DOCUMENT.as_str())))
}

fn document() -> OpenApi {
    let mut schemas = Schemas::default();
    schemas.add::<Code>();
    schemas.add::<Problem>();
    let mut paths = Paths::new();
    for operation in operations::all(&mut schemas) {
        let (path, method) = (operation.path(), operation.method());
        paths.add_path_operation(path, vec![method], operation.build());
    }
    let info = Info::new("Cruddur", env!("CARGO_PKG_VERSION"));
    let mut document = OpenApi::new(info, paths);
    document.components = Some(components(schemas));
    document
}

fn components(schemas: Schemas) -> Components {
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE)));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let bearer = bearer.bearer_format("JWT").build();
    ComponentsBuilder::new()
        .schemas_from_iter(schemas.into_all())
        .security_scheme(SESSION, session)
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .build()
}
