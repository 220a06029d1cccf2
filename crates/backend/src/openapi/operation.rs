//! One operation of the document: a method on a path.

use utoipa::{
    ToSchema,
    openapi::{
        Content, Header, HttpMethod, Object, OneOf, Ref, RefOr, Required, Schema, Type,
        path::{Operation as Item, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::{RequestBody, RequestBodyBuilder},
        response::{Response, ResponseBuilder},
        schema::{Array, ArrayItems, ObjectBuilder},
        security::SecurityRequirement,
    },
};

use super::{BEARER, SESSION, inputs, schemas::Schemas};
use crate::{request_id::X_REQUEST_ID, routes::EVENTS_PATH};

const JSON: &str = "application/json";

/// One operation. Its methods add what is special to it.
pub(super) struct Operation {
    method: HttpMethod,
    path: &'static str,
    summary: &'static str,
    is_signed_in: bool,
    query: Vec<(&'static str, Required)>,
    headers: Vec<&'static str>,
    body: Option<RefOr<Schema>>,
    success: (u16, Option<(&'static str, RefOr<Schema>)>),
    errors: Vec<u16>,
}

impl Operation {
    pub(super) fn new(method: HttpMethod, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            is_signed_in: false,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            success: (204, None),
            // An unreadable path or query, a request that does not arrive, and faults of the server.
            errors: vec![400, 408, 500, 503],
        }
    }

    pub(super) fn path(&self) -> &'static str {
        self.path
    }

    pub(super) fn method(&self) -> HttpMethod {
        self.method.clone()
    }

    /// Requires a session.
    pub(super) fn signed_in(mut self) -> Self {
        self.is_signed_in = true;
        self.errors(&[401])
    }

    /// Adds an optional parameter of the query.
    pub(super) fn query(mut self, name: &'static str) -> Self {
        self.query.push((name, Required::False));
        self
    }

    /// Adds a required parameter of the query.
    pub(super) fn required_query(mut self, name: &'static str) -> Self {
        self.query.push((name, Required::True));
        self
    }

    /// Adds an optional header of the request.
    pub(super) fn header(mut self, name: &'static str) -> Self {
        self.headers.push(name);
        self
    }

    /// Requires a JSON body.
    pub(super) fn accepts<T: ToSchema>(mut self, schemas: &mut Schemas) -> Self {
        self.body = Some(schemas.add_request::<T>().into());
        self.errors(&[413, 415])
    }

    /// Responds with one value.
    pub(super) fn returns<T: ToSchema>(self, schemas: &mut Schemas) -> Self {
        let schema = schemas.add::<T>();
        self.returns_json(schema)
    }

    /// Responds with an array of values.
    pub(super) fn returns_list<T: ToSchema>(self, schemas: &mut Schemas) -> Self {
        let schema = list_of(schemas.add::<T>());
        self.returns_json(schema)
    }

    /// Responds with a value or `null`.
    pub(super) fn returns_nullable<T: ToSchema>(self, schemas: &mut Schemas) -> Self {
        let mut either = OneOf::new();
        let null: Schema = Object::with_type(Type::Null).into();
        either.items = vec![RefOr::T(null), RefOr::Ref(schemas.add::<T>())];
        self.returns_json(Schema::OneOf(either))
    }

    pub(super) fn returns_json(self, schema: impl Into<RefOr<Schema>>) -> Self {
        self.returns_content(JSON, schema)
    }

    /// Responds with content of another type.
    pub(super) fn returns_content(
        mut self,
        content_type: &'static str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        self.success = (200, Some((content_type, schema.into())));
        self
    }

    /// Adds errors with a [`Problem`](api_types::Problem), and 422 with codes.
    pub(super) fn errors(mut self, statuses: &[u16]) -> Self {
        self.errors.extend(statuses);
        self
    }

    pub(super) fn build(self) -> Item {
        let (status, content) = self.success;
        let mut builder = OperationBuilder::new().summary(Some(self.summary));
        builder = builder.response(status.to_string(), response("Success", content));
        let mut errors = self.errors;
        if self.path.contains('{') {
            errors.push(404);
        }
        if self.method != HttpMethod::Get {
            // Pages of other origins.
            errors.push(403);
        }
        for status in errors {
            builder = builder.response(status.to_string(), error(status));
        }
        for parameter in parameters(self.path, &self.query, &self.headers) {
            builder = builder.parameter(parameter);
        }
        if self.is_signed_in {
            let none: [&str; 0] = [];
            builder = builder.security(SecurityRequirement::new(SESSION, none));
            // Event streams need a session.
            if self.path != EVENTS_PATH {
                builder = builder.security(SecurityRequirement::new(BEARER, none));
            }
        }
        builder.request_body(self.body.map(request_body)).build()
    }
}

fn list_of(schema: Ref) -> Schema {
    let mut array = Array::default();
    array.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(schema)));
    Schema::Array(array)
}

fn error(status: u16) -> Response {
    let schema: RefOr<Schema> = if status == 422 {
        list_of(Ref::from_schema_name("Code")).into()
    } else {
        Ref::from_schema_name("Problem").into()
    };
    response("Error", Some((JSON, schema)))
}

fn response(description: &str, content: Option<(&str, RefOr<Schema>)>) -> Response {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    let builder = ResponseBuilder::new()
        .description(description)
        .header(X_REQUEST_ID.as_str(), Header::new(text));
    match content {
        Some((content_type, schema)) => builder.content(content_type, Content::new(Some(schema))),
        None => builder,
    }
    .build()
}

fn request_body(schema: RefOr<Schema>) -> RequestBody {
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content(JSON, Content::new(Some(schema)))
        .build()
}

/// Returns the parameters: those in braces in the path, then the others.
fn parameters(
    path: &str,
    query: &[(&'static str, Required)],
    headers: &[&'static str],
) -> Vec<Parameter> {
    let in_path = path
        .split('{')
        .skip(1)
        .filter_map(|rest| Some((rest.split_once('}')?.0, ParameterIn::Path, Required::True)));
    let in_query = query
        .iter()
        .map(|(name, required)| (*name, ParameterIn::Query, required.clone()));
    let in_headers = headers
        .iter()
        .map(|name| (*name, ParameterIn::Header, Required::False));
    in_path
        .chain(in_query)
        .chain(in_headers)
        .map(|(name, place, required)| {
            let text = inputs::parameter(name);
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place)
                .required(required)
                .schema(Some(text))
                .build()
        })
        .collect()
}
