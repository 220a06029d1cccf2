//! The schemas that the operations refer to.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{
        Ref, RefOr, Schema, Type,
        schema::{Object, SchemaType},
    },
};

use super::inputs;

/// The schemas by name.
///
/// The types of `api-types` decode leaner responses of other back ends, so all of their fields are
/// optional. The schemas describe this server instead.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Adds the schema of a response with those that it contains, and returns a reference to it.
    pub(super) fn add<T: ToSchema>(&mut self) -> Ref {
        let mut contained = Vec::new();
        T::schemas(&mut contained);
        contained.push((T::name().into_owned(), T::schema()));
        for (name, mut schema) in contained {
            if let RefOr::T(Schema::Object(object)) = &mut schema {
                require_all(object);
            }
            self.0.insert(name, schema);
        }
        Ref::from_schema_name(T::name())
    }

    /// Adds the schema of a request, and returns a reference to it.
    pub(super) fn add_request<T: ToSchema>(&mut self) -> Ref {
        let reference = self.add::<T>();
        if let Some(RefOr::T(Schema::Object(object))) = self.0.get_mut(&*T::name()) {
            for (field, schema) in &mut object.properties {
                if let Some(limited) = inputs::field(&T::name(), field) {
                    *schema = limited.into();
                }
            }
            require_all(object);
        }
        reference
    }

    pub(super) fn into_all(self) -> BTreeMap<String, RefOr<Schema>> {
        self.0
    }
}

/// Requires all fields but those that can be null.
fn require_all(object: &mut Object) {
    let fields = object.properties.iter();
    let required = fields.filter(|(_, schema)| !is_nullable(schema));
    object.required = required.map(|(name, _)| name.clone()).collect();
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => match &object.schema_type {
            SchemaType::Type(of) => *of == Type::Null,
            SchemaType::Array(types) => types.contains(&Type::Null),
            SchemaType::AnyValue => true,
        },
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().any(is_nullable),
        _ => false,
    }
}
