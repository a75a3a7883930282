//! Words that schemas are written in: short, so that a schema reads as the list of its fields.

use serde_json::{Value, json};
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayBuilder, RefBuilder, SchemaType};
use utoipa::openapi::{
    KnownFormat, Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type,
};

/// A schema, or a reference to one.
pub type Shape = RefOr<Schema>;

/// A text.
pub fn text(about: &str) -> ObjectBuilder {
    of(Type::String, about)
}

/// One of a few words.
pub fn word(about: &str, words: &[&str]) -> ObjectBuilder {
    text(about).enum_values(Some(words.iter().copied()))
}

/// A whole number of 64 bits that is not negative.
pub fn count(about: &str) -> ObjectBuilder {
    of(Type::Integer, about).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).minimum(Some(0))
}

/// A whole number within a range.
pub fn whole(about: &str, min: i64, max: i64) -> ObjectBuilder {
    of(Type::Integer, about).minimum(Some(min as f64)).maximum(Some(max as f64))
}

/// A number with a fraction.
pub fn number(about: &str) -> ObjectBuilder {
    of(Type::Number, about).format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
}

/// A share of a whole.
pub fn share(about: &str) -> ObjectBuilder {
    number(&format!("{about}, 0 to 1.")).minimum(Some(0)).maximum(Some(1))
}

/// Yes or no.
pub fn flag(about: &str) -> ObjectBuilder {
    of(Type::Boolean, about)
}

/// A point in time.
pub fn instant(about: &str) -> ObjectBuilder {
    of(Type::Integer, &format!("{about}, microseconds since 1970 UTC."))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

fn of(kind: Type, about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind).description((!about.is_empty()).then_some(about))
}

/// The same, or null.
pub fn or_null(shape: ObjectBuilder) -> Object {
    let mut shape = shape.build();
    if let SchemaType::Type(kind) = shape.schema_type {
        shape.schema_type = [kind, Type::Null].into_iter().collect();
    }
    shape
}

/// A value of another schema.
pub fn to(schema: &str, about: &str) -> Ref {
    RefBuilder::new().ref_location_from_schema_name(schema).description(Some(about)).build()
}

/// The same with its default.
pub fn to_or(schema: &str, about: &str, default: Value) -> Ref {
    let shape = RefBuilder::new().ref_location_from_schema_name(schema).description(Some(about));
    shape.default(Some(default)).build()
}

/// A value of another schema, or null.
pub fn to_or_null(schema: &str, about: &str) -> OneOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(Ref::from_schema_name(schema)).item(null).description(Some(about))
}

/// A list of values of another schema.
pub fn list_of(schema: &str, about: &str) -> Array {
    list(Ref::from_schema_name(schema), about).build()
}

/// A list with at least one value of another schema.
pub fn some_of(schema: &str, about: &str) -> Array {
    list(Ref::from_schema_name(schema), about).min_items(Some(1)).build()
}

/// A list.
pub fn list(item: impl Into<Shape>, about: &str) -> ArrayBuilder {
    ArrayBuilder::new().items(item.into()).description(Some(about))
}

/// An object whose fields follow.
pub fn object(about: &str) -> Fields {
    Fields(of(Type::Object, about))
}

/// An object under construction.
pub struct Fields(ObjectBuilder);

impl Fields {
    /// A field that is always there.
    pub fn must(self, name: &str, shape: impl Into<Shape>) -> Self {
        Fields(self.0.property(name, shape).required(name))
    }

    /// A field that may be absent.
    pub fn may(self, name: &str, shape: impl Into<Shape>) -> Self {
        Fields(self.0.property(name, shape))
    }

    /// No other field is taken.
    pub fn closed(self) -> Schema {
        self.0.additional_properties(Some(AdditionalProperties::FreeForm(false))).into()
    }

    /// Other fields may come with a later release.
    pub fn open(self) -> Schema {
        self.0.into()
    }
}

/// `serde_json`'s form of a default of the model's own; null cannot occur, every one of them is plain data.
pub fn default_of<T: serde::Serialize>(value: T) -> Value {
    json!(value)
}
